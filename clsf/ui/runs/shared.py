"""The run in a shared link: anyone may view it, but only its owner may change it."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.runs import keys, one
from clsf.ui.shared import service_access, state
from clsf.ui.shared.text import plain, t

TICK = 1.0  # seconds between two looks at a run that still trains


def linked() -> str | None:
    """Return the id of the run in the link; also if it is the only run that another reader had chosen in their list."""
    return st.query_params.get(state.RUN) or _chosen_elsewhere()


def _chosen_elsewhere() -> str | None:
    chosen = st.query_params.get(keys.CHOSEN, "")
    if not chosen or "," in chosen:
        return None
    try:
        line = service_access.get_service().history.line(chosen)
    except ClsfError:
        return None
    return chosen if line is not None and line.run.owner != state.owner() else None


def show(run_id: str) -> None:
    """Show the run alone, without the list."""
    st.button(t("My runs"), key="back", icon=":material/arrow_back:", on_click=_back)
    try:
        record = service_access.get_service().record(run_id)
    except ClsfError as error:
        st.error(plain(error.sentence), icon=":material/search_off:")
        return
    st.fragment(_look, run_every=None if record.over else TICK)(run_id)


def _look(run_id: str) -> None:
    line = service_access.get_service().history.line(run_id)
    if line is None:
        return
    own = line.run.owner == state.owner()
    if not own:
        st.caption(":material/share: " + t("Somebody shared this run with you. You can look at it, but not change it."))
    with st.container(key="live-shared"):
        one.show(line, own)


def _back() -> None:
    for name in (state.RUN, keys.CHOSEN):
        st.query_params.pop(name, None)
