"""Several chosen runs together: their curves, and their differences."""

from __future__ import annotations

import streamlit as st

from clsf.compare import fairness
from clsf.errors import ClsfError
from clsf.runs.history import RunLine
from clsf.runs.record import OVER, RunRecord
from clsf.ui.runs import changes, names
from clsf.ui.shared import navigation, run_overlay, run_table, runs, service_access, state
from clsf.ui.shared.downloads import download
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t

MOST = 24  # runs drawn together


def show(lines: list[RunLine]) -> None:
    """Show two or more runs of the reader."""
    st.header(t("{count} runs chosen", count=len(lines)))
    _actions(lines)
    chosen: list[tuple[RunLine, RunRecord]] = []
    for line in lines[:MOST]:
        try:
            chosen.append((line, service_access.get_service().record(line.run.run_id)))
        except ClsfError as error:
            st.warning(plain(error.sentence), icon=":material/error:")
    if len(lines) > MOST:
        st.caption(t("The first {most} are drawn.", most=MOST))
    if not chosen:
        return
    rows = names.rows([line for line, _ in chosen], [record for _, record in chosen])
    _fair([record for _, record in chosen])
    run_overlay.show(rows, "chosen")
    run_table.show(rows)
    st.caption(note("runs", "settings-all-chosen"))
    download(t("Download CSV"), lambda: run_table.csv(rows), "runs.csv", "runs_csv")


def _actions(lines: list[RunLine]) -> None:
    run_ids = [line.run.run_id for line in lines]
    with st.container(horizontal=True, gap="small"):
        pair = len(lines) == 2 and lines[0].deleted is None
        if pair and st.button(t("Compare"), key="compare_chosen", icon=":material/balance:", type="primary"):
            runs.look_at_pair(*run_ids)
            st.session_state[state.COMPARE_SECTION] = "race"
            navigation.switch_to("compare")
        if all(line.deleted is not None for line in lines):
            st.button(t("Bring back"), key="restore", icon=":material/undo:", on_click=changes.restore, args=(run_ids,))
        elif all(line.run.status in OVER for line in lines):
            label = t("Delete all {count}", count=len(lines))
            st.button(label, key="delete_many", icon=":material/delete:", on_click=changes.delete, args=(run_ids,))
        living = [line.run.run_id for line in lines if line.run.status not in OVER]
        if living:
            label = t("Stop those that train or wait")
            st.button(label, key="stop_many", icon=":material/stop:", on_click=changes.stop, args=(living,))


def _fair(records: list[RunRecord]) -> None:
    """Show why the curves of these runs are not comparable, if so."""
    why = next((refusal for other in records[1:] if (refusal := fairness.refusal(records[0], other)) is not None), None)
    if why is not None:
        st.warning(t("These runs can be looked at together, but not compared.") + " " + plain(why), icon=":material/block:")
