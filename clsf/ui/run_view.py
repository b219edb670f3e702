"""Runs that were started together, live while they run and the same afterwards."""

from __future__ import annotations

import time

import streamlit as st

from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui import lab_access, live_chart, run_buttons, run_charts, run_numbers, run_results, run_status, runs
from clsf.ui.choices import Choices
from clsf.ui.text import sentence, t
from clsf.ui.train import inside_view, step_view, take_along

FAST, SLOW = 0.5, 1.0  # seconds between two looks at a run: while it is young, and later
YOUNG = 15.0  # seconds; a first training of the digits is over by then


def show_latest(choices: Choices) -> None:
    """Show the runs that are looked at, or where they will appear."""
    if runs.looked_at():
        show(runs.looked_at())
        return
    live_chart.preload("plotly")
    st.info(
        t("Nothing has been trained yet. Press “Start training”: loss and accuracy appear here, batch by batch."),
        icon=":material/show_chart:",
    )


def show(run_id: str) -> None:
    """Show the runs of one start, looking again and again until all are over."""
    records = _records(run_id)
    if records is not None:
        now = pace(records)
        st.fragment(_look, run_every=now)(run_id, now)


def pace(records: list[RunRecord]) -> float | None:
    """Return the seconds until the next look; None when there is nothing new to come.

    Long runs are looked at less often: their curves change little, and browsers and server have a class to serve.
    """
    if all(record.over for record in records):
        return None
    return FAST if time.time() - records[0].created < YOUNG else SLOW


def _records(run_id: str) -> list[RunRecord] | None:
    """Return the runs, or None after having said why there are none."""
    try:
        return lab_access.get_lab().group(run_id)
    except ClsfError as error:
        st.error(sentence(error.sentence), icon=":material/search_off:")
        st.button(t("Close this run"), key="forget", on_click=runs.forget)
        return None


def _look(run_id: str, drawn_at: float | None) -> None:
    """One look. What did not change since the last one is sent as the same, and the browser leaves it alone."""
    records = _records(run_id)
    if records is None:
        return
    with st.container(key="live-runs"):
        runs.show_refusal()
        run_status.show(records)
        with st.container(horizontal=True, gap="xsmall"):
            run_buttons.show(records, detail=True)
            view, more = run_charts.settings(records)
        step_view.show(records)
        run_charts.show(records, view, more)
        inside_view.show(records)
        run_results.show(records)
        run_numbers.show(records)
        take_along.show(records)
    if pace(records) != drawn_at:
        st.rerun()  # once, with another timer or none
