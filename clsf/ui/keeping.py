"""Shows whether runs are currently being saved, on every page that shows or stores them."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared import service_access
from clsf.ui.shared.text import plain

PAGES = ("train", "experiments", "compare", "predict", "runs")
"""Pages that show or store runs; the first page shows the notice next to the workers."""

KEY = "saving"
"""The key of its container; the page's style sheet collapses it while there is nothing to show."""

TICK = 5.0  # seconds


@st.fragment(run_every=TICK)
def show() -> None:
    """Show problems with saving runs, refreshed every TICK seconds; nothing while there are none."""
    try:
        notice = service_access.get_service().notice()
    except ClsfError:  # the page itself shows the error
        return
    if notice is not None:
        st.warning(plain(notice), icon=":material/warning:")
