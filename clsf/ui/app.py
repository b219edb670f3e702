"""The frame around every page: the menu, the language, and the page's name in the browser's tab."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clsf.ui import (
    bars,
    chrome,
    held,
    incoming,
    next_page,
    share_page,
    theme_message,
    unexpected_errors,
    wakeups,
    whole_callbacks,
)
from clsf.ui.shared import assigned, identity, language, linked, navigation, service_access, static_files

ICON = Path(__file__).parent / "icon.svg"


def main() -> None:
    """Run the dashboard once, for one reader and one page."""
    unexpected_errors.watch()
    incoming.watch()
    whole_callbacks.keep_whole()
    held.limit()
    theme_message.keep()
    wakeups.join()
    incoming.tidy()
    st.session_state.pop(linked.LEFT_OUT, None)  # the page sets it again
    language.remember()
    page = navigation.navigation()
    st.set_page_config(page_icon=ICON, layout="wide", initial_sidebar_state="auto")  # after the menu, whose icons are not ours
    st.logo(ICON, size="large")
    static_files.plotly_address()  # copied at the first start, before a chart needs it
    with st.sidebar:
        language.switch()
        chrome.dress(language.chosen(), page.url_path)
        kept = identity.keep()  # first of all: a reader who asks to be forgotten may close the tab at once
    projected = share_page.projected()
    above = st.container(key=bars.SAVING) if page.url_path in bars.SAVES else None
    task = st.container(key=bars.TASK)
    navigation.run_page(page)
    with task:
        bars.of_lesson(page.url_path)  # after the page, which says what the session holds
        bars.of_assignment(page.url_path)
    assigned.here(page.url_path)
    next_page.show(page.url_path)
    if not projected:
        share_page.show()
    if not kept:
        with st.sidebar:
            identity.keep()
    service_access.begin()  # the page is seen; now the frameworks may be loaded, so that the first run starts at once
    if above is not None:
        with above:
            bars.saving()
