"""Whether runs are saved at the moment, said on every page that shows or keeps them."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared import service_access
from clsf.ui.shared.text import plain

PAGES = ("train", "experiments", "compare", "predict", "runs")
"""Pages that show or keep runs; the first page says it beside the workers."""

KEY = "saving"
"""Of the container that it stands in; the page's style takes away its room while there is nothing to say."""

TICK = 5.0  # seconds


@st.fragment(run_every=TICK)
def show() -> None:
    """Show what the reader should know about saved runs, looked at again every TICK seconds; nothing while all is well."""
    try:
        notice = service_access.get_service().notice()
    except ClsfError:  # the page itself says what is wrong
        return
    if notice is not None:
        st.warning(plain(notice), icon=":material/warning:")
