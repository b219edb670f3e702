"""Shows a short message while a worker still imports its framework, refreshed until it is ready."""

from __future__ import annotations

import streamlit as st

from clsf.charts.style import STYLES
from clsf.engine.installed import installed
from clsf.ui.shared import service_access
from clsf.ui.shared.text import t

TICK = 1.0  # seconds


def ready() -> bool:
    """Return whether all workers can answer; if not, show a message and check again every second."""
    missing = cold()
    if missing:
        _notice(tuple(missing))
    return not missing


def cold() -> list[str]:
    """Return the frameworks without a worker that can answer yet."""
    service = service_access.at_hand()
    if service is None:
        return list(installed())
    workers = service.state().workers
    answering = {worker.framework for worker in workers if worker.status not in ("starting", "lost")}
    return [name for name in dict.fromkeys(worker.framework for worker in workers) if name not in answering]


@st.fragment(run_every=TICK)
def _notice(waited: tuple[str, ...]) -> None:
    still = cold()
    if not still:
        st.rerun()
    names = ", ".join(STYLES[name].title for name in still)
    said = t("{names}: being loaded in the background, which takes a few seconds. This page goes on by itself.", names=names)
    st.info(said, icon=":material/hourglass_top:")
    st.skeleton(height=240)
