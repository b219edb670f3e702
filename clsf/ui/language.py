"""Which language the reader sees: ?lang= in the link, else what was chosen in this session, else the browser's."""

from __future__ import annotations

import streamlit as st

from clsf.ui import state

LANGUAGES = {"en": "English", "ko": "한국어"}
PARAMETER = "lang"


def chosen() -> str:
    """Return the code of the language to show."""
    return st.session_state.get(state.LANGUAGE) or _browsers()


def remember() -> None:
    """Take the language from the link, and put a chosen one back into a link that lost it. Call once per page run."""
    linked = st.query_params.get(PARAMETER)
    if linked in LANGUAGES:
        st.session_state[state.LANGUAGE] = linked
    elif state.LANGUAGE in st.session_state:
        st.query_params[PARAMETER] = st.session_state[state.LANGUAGE]


def switch() -> None:
    """Show the switch, labelled in both languages, so that whoever reads only one finds it."""
    st.session_state[state.LANGUAGE_SWITCH] = chosen()
    st.segmented_control(
        "Language · 언어",
        list(LANGUAGES),
        format_func=LANGUAGES.get,
        key=state.LANGUAGE_SWITCH,
        on_change=_choose,
        required=True,
    )


def _choose() -> None:
    st.session_state[state.LANGUAGE] = st.session_state[state.LANGUAGE_SWITCH]
    st.query_params[PARAMETER] = st.session_state[state.LANGUAGE]


def _browsers() -> str:
    code = (st.context.locale or "en").split("-")[0].lower()
    return code if code in LANGUAGES else "en"
