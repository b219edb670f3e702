"""What the reader looks at, by an id that is in the session and in the link: the link decides, and gets back what was last."""

from __future__ import annotations

import streamlit as st


def looked_at(key: str, link: str = "") -> str | None:
    """Return the id in the link, or the last one, which then returns into the link; None if there is none."""
    link = link or key
    linked = st.query_params.get(link)
    if linked:
        st.session_state[key] = linked
    elif st.session_state.get(key):
        st.query_params[link] = st.session_state[key]
    return st.session_state.get(key)


def look_at(key: str, wanted: str | None, link: str = "") -> None:
    """Look at another one; None: at none any more."""
    link = link or key
    if wanted is None:
        st.session_state.pop(key, None)
        st.query_params.pop(link, None)
    else:
        st.session_state[key] = wanted
        st.query_params[link] = wanted
