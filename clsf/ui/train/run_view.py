"""Runs that were started together, live while they run and the same afterwards; before the first, an example."""

from __future__ import annotations

import streamlit as st

from clsf import examples
from clsf.charts.curves import CurveView
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import doctor_view, example, live_chart, pace, run_buttons, run_numbers, run_status, runs, service_access
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.places import show_each
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.train import inside_view, run_charts, run_results, step_view


def show(choices: Choices) -> None:
    """Show the runs in view, refreshed until all have finished, or the place where they will appear.

    Buttons and settings are not refreshed, because each refresh costs the server and the browsers of a whole class time; the
    page is redrawn when they change.
    """
    run_id = runs.looked_at()
    if not run_id:
        live_chart.preload("plotly")
        said = t("Nothing has been trained yet. Press “Start training”: loss and accuracy appear here, batch by batch.")
        st.info(said, icon=":material/show_chart:")
        _example()
        return
    records = _records(run_id)
    if records is not None:
        drawn = _state(records)
        with st.container(key="live-runs"):
            with st.container(horizontal=True, gap="xsmall"):
                run_buttons.show(records, detail=True)
                view, more = run_charts.settings(records)
            run_status.chosen(records[0])
            st.fragment(_look, run_every=pace.seconds(drawn[0]))(run_id, drawn, view, more)


def _state(records: list[RunRecord]) -> tuple:
    """Return what the part of the page that is not refreshed depends on: the pace, and how far each run is."""
    return pace.of(records), *((r.status, len(r.steps) > 0, len(r.rate_changes)) for r in records)


def _records(run_id: str) -> list[RunRecord] | None:
    """Return the runs, or None, after a message that says why, if there are none."""
    try:
        return service_access.get_service().group(run_id)
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        st.button(t("Close this run"), key="forget", on_click=runs.forget)
        return None


@pace.turn()
def _look(run_id: str, drawn: tuple, view: CurveView, more: list[str]) -> None:
    """Draw the current state of the runs. Unchanged parts are sent unchanged, so the browser does not redraw them."""
    records = _records(run_id)
    if records is None:
        return
    pace.looked()
    run_status.show(records)
    show_each(
        runs.show_refusal,
        lambda: doctor_view.show(records, "train"),
        lambda: step_view.show(records),
        lambda: run_charts.show(records, view, more),
        lambda: inside_view.show(records),
        lambda: run_results.show(records),
        lambda: run_numbers.show(records),
        lambda: run_results.log_files(records),
    )
    if _state(records) != drawn:
        st.rerun()


def _example() -> None:
    """Show the example; nothing if it was not shipped."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    if not records:
        return
    with st.container(border=True, key="example_training", gap="small"):
        said = tn(
            "A training of {count} epoch with the default settings.",
            "A training of {count} epochs with the default settings.",
            records[0].plan.epochs,
        )
        example.head(said)
        run_charts.show(records, CurveView(), [])
        example.guess(t("Guess before you press: will your curves look like these, and why are there two in each chart?"))
