"""Runs that were started together, live while they run and the same afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clsf.charts.curves import CurveView
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import doctor_view, live_chart, pace, places, run_buttons, run_numbers, run_status, runs, service_access
from clsf.ui.shared.choices import Choices
from clsf.ui.shared.text import plain, t
from clsf.ui.train import example, inside_view, run_charts, run_results, step_view, take_along


def show_latest(choices: Choices) -> None:
    """Show the runs in view, or the place where they will appear."""
    if runs.looked_at():
        show(runs.looked_at())
        return
    live_chart.preload("plotly")
    said = t("Nothing has been trained yet. Press “Start training”: loss and accuracy appear here, batch by batch.")
    st.info(said, icon=":material/show_chart:")
    example.show()


def show(run_id: str) -> None:
    """Show runs that were started together, refreshed until all have finished.

    Buttons and settings are not refreshed, because each refresh costs the server and the browsers of a whole class time; the
    page is redrawn when they change.
    """
    records = _records(run_id)
    if records is not None:
        drawn = _Drawn.of(records)
        with st.container(key="live-runs"):
            with st.container(horizontal=True, gap="xsmall"):
                run_buttons.show(records, detail=True)
                view, more = run_charts.settings(records)
            run_status.chosen(records[0])
            st.fragment(_look, run_every=pace.seconds(drawn.pace))(run_id, drawn, view, more)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Return the state on which the part of the page that is not refreshed depends."""

    pace: pace.Pace | None
    states: tuple[tuple, ...]

    @classmethod
    def of(cls, records: list[RunRecord]) -> _Drawn:
        return cls(pace.of(records), tuple((r.status, len(r.steps) > 0, len(r.rate_changes)) for r in records))


def _records(run_id: str) -> list[RunRecord] | None:
    """Return the runs, or None, after a message that says why, if there are none."""
    try:
        return service_access.get_service().group(run_id)
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        st.button(t("Close this run"), key="forget", on_click=runs.forget)
        return None


@pace.turn()
def _look(run_id: str, drawn: _Drawn, view: CurveView, more: list[str]) -> None:
    """Draw the current state of the runs. Unchanged parts are sent unchanged, so the browser does not redraw them."""
    records = _records(run_id)
    if records is None:
        return
    pace.looked()
    run_status.show(records)
    places.show_each(
        runs.show_refusal,
        lambda: doctor_view.show(records, "train"),
        lambda: step_view.show(records),
        lambda: run_charts.show(records, view, more),
        lambda: inside_view.show(records),
        lambda: run_results.show(records),
        lambda: run_numbers.show(records),
        lambda: take_along.show(records),
    )
    if _Drawn.of(records) != drawn:
        st.rerun()
