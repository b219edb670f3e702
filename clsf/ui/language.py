"""Which language the reader sees: ?lang= in the link, else what was chosen in this session, else the browser's."""

from __future__ import annotations

import streamlit as st

from clsf.ui import state

LANGUAGES = {"en": "English", "ko": "한국어"}
PARAMETER = "lang"

# Korean lines break between words, not inside them; Streamlit's own style says otherwise, so it has to be overruled.
_CSS = """
:lang(ko) :is(p, li, h1, h2, h3, h4, td, th) { word-break: keep-all !important; overflow-wrap: break-word !important; }
"""

# Screen readers choose their voice, and browsers their line breaks, by the language of the document.
_JS = """
export default function ({ data }) {
  document.documentElement.lang = data.language;
}
"""

_component = st.components.v2.component("clsf_language", css=_CSS, js=_JS, isolate_styles=False)


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
    _component(key="page_language", data={"language": chosen()})


def _choose() -> None:
    st.session_state[state.LANGUAGE] = st.session_state[state.LANGUAGE_SWITCH]
    st.query_params[PARAMETER] = st.session_state[state.LANGUAGE]


def _browsers() -> str:
    code = (st.context.locale or "en").split("-")[0].lower()
    return code if code in LANGUAGES else "en"
