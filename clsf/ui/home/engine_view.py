"""The processes in which the frameworks run, and how they are doing."""

from __future__ import annotations

import streamlit as st

from clsf.engine.base import EngineState, WorkerState
from clsf.engine.installed import installed
from clsf.ui.shared import problems, service_access
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t, tn

TICK = 2.0  # seconds
COLOURS = {"starting": "yellow", "warm": "green", "busy": "blue", "paused": "orange", "lost": "red"}
ICONS = {"starting": "hourglass_top", "warm": "check", "busy": "play_arrow", "paused": "memory", "lost": "error"}


@st.fragment(run_every=TICK)
def show() -> None:
    """Show one card per worker, looked at again every TICK seconds."""
    with problems.shown():
        service = service_access.at_hand()
        notice = None if service is None else service.notice()
        if notice is not None:
            st.warning(plain(notice), icon=":material/warning:")
        with st.container(key="live-engine"):
            _cards(_unopened() if service is None else service.state())


def _unopened() -> EngineState:
    """Return the state until the first page has been shown: the workers are about to start."""
    workers = tuple(WorkerState(name, "starting", None, "", "", 0, None) for name in installed())
    return EngineState("local", "", workers, 0)


def _cards(engine: EngineState) -> None:
    for column, worker in zip(st.columns(max(len(engine.workers), 1)), engine.workers, strict=False):
        with column.container(border=True, height="stretch", gap="small"):
            _card(worker)
    if engine.small:
        st.caption(note("home", "server-has-little"))
    if engine.waiting:
        st.caption(t("Runs waiting: {count}", count=engine.waiting))


def _card(worker: WorkerState) -> None:
    statuses = {
        "starting": t("starting"), "warm": t("ready"), "busy": t("at work"), "paused": t("waits for memory"), "lost": t("lost"),
    }  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(heading(worker.framework))
        st.badge(statuses[worker.status], icon=f":material/{ICONS[worker.status]}:", color=COLOURS[worker.status])
    facts = [worker.device or "", tn("{count} thread", "{count} threads", worker.threads) if worker.threads else ""]
    if worker.memory_mb:
        facts.append(t("{count} MB of memory", count=f"{worker.memory_mb:,.0f}"))
    st.caption(" · ".join(fact for fact in facts if fact) or t("The framework is being loaded."))
