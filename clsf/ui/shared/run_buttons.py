"""The buttons that control running runs. A command goes to all runs started together, so that both are treated equally."""

from __future__ import annotations

import streamlit as st

from clsf.runs.record import RunRecord
from clsf.ui.shared import runs, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def show(records: list[RunRecord], detail: bool = False) -> None:
    """Show the buttons while there is something to control. `detail`: a single step is reported in detail."""
    living = [record.run_id for record in records if not record.over]
    if not living:
        return
    if any(record.owner != state.owner() for record in records):
        st.caption(":material/share: " + t("Somebody shared this run with you. You can look at it, but not change it."))
        return
    paused = any(record.status == "paused" for record in records)
    begun = [record.run_id for record in records if record.status in ("running", "paused")]
    if paused:
        st.button(t("Resume"), key="resume", icon=":material/play_arrow:", on_click=runs.command, args=(living, "resume"))
    else:
        st.button(
            t("Pause"), key="pause", icon=":material/pause:", disabled=not begun, on_click=runs.command, args=(begun, "pause")
        )  # fmt: skip
    help = note("train", "pauses-trains-one") if detail else t("Pauses, and trains on one more batch with every press.")
    st.button(
        t("One step"), key="step", icon=":material/skip_next:", disabled=not begun, on_click=runs.command,
        args=(begun, "look" if detail else "step"), help=help,
    )  # fmt: skip
    st.button(t("Stop"), key="stop", icon=":material/stop:", on_click=runs.command, args=(living, "stop"))
    with st.popover(t("Learning rate"), icon=":material/speed:", disabled=not begun):
        _learning_rate(records, living)


def _learning_rate(records: list[RunRecord], living: list[str]) -> None:
    now = next((r.learning_rate for r in records if r.learning_rate), records[0].plan.learning_rate)
    st.caption(note("train", "now-new-one", rate=f"{now:g}"))
    # A rate typed for another run, or at another rate, is not reused for this one.
    key = f"{state.NEW_RATE}-{living[0]}-{now:g}"
    st.number_input(t("New learning rate"), min_value=0.0, value=now / 10, step=now / 10, format="%g", key=key)
    st.button(t("Use it"), key="use_rate", type="primary", on_click=_use, args=(living, key))


def _use(living: list[str], key: str) -> None:
    runs.command(living, "learning_rate", st.session_state[key])
