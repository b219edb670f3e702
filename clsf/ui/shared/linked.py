"""What is in the link and is remembered too, so that it returns into the link when the reader comes back to a page."""

from __future__ import annotations

import streamlit as st


def keep(key: str, value: str | None, link: str | None = None) -> None:
    """Remember a value by its key, and put it into the link, there by the name `link` if it has another; None forgets it."""
    link = link or key
    if value is None:
        st.session_state.pop(key, None)
        st.query_params.pop(link, None)
    else:
        st.session_state[key] = st.query_params[link] = value


def current(key: str, link: str | None = None) -> str | None:
    """Return what the link says, or what was kept last, which then returns into the link; None if there is neither."""
    link = link or key
    text = st.query_params.get(link) or st.session_state.get(key)
    if text:
        st.session_state[key] = text
        if st.query_params.get(link) != text:
            st.query_params[link] = text
    return text
