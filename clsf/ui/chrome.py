"""What the theme can't say: the document's language, line breaks in Korean, and one sign of Streamlit's that misleads here."""

from __future__ import annotations

import streamlit as st

# Streamlit's own style breaks Korean lines inside words, so it has to be overruled. Its status widget would blink with
# every look at a live run, and its "Stop" would stop the page, not the training. What is live (a container whose key begins with "live-") is not faded while
# it is looked at again.
_CSS = """
:lang(ko) :is(p, li, h1, h2, h3, h4, td, th) { word-break: keep-all !important; overflow-wrap: break-word !important; }
[data-testid="stStatusWidget"] { display: none; }
[class*="st-key-live-"] [data-stale="true"] { opacity: 1 !important; transition: none !important; }
"""

# Screen readers choose their voice by the language of the document.
_JS = """
export default function ({ data }) {
  document.documentElement.lang = data.language;
}
"""

_component = st.components.v2.component("clsf_chrome", css=_CSS, js=_JS, isolate_styles=False)


def dress(language: str) -> None:
    """Dress the page; it takes no room."""
    _component(key="chrome", data={"language": language})
