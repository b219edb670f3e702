"""What a link may say: Streamlit reads the values of widgets from it, and takes an infinite number, or nothing, for a choice."""

from __future__ import annotations

import math

import streamlit as st

TIDIED = "link_tidied"  # session_state: whether the link that this session came with was looked through


def tidy() -> None:
    """Take out of the link what no widget offers, once per session, before any widget reads it."""
    if st.session_state.get(TIDIED):
        return
    st.session_state[TIDIED] = True
    for name in list(st.query_params):
        if any(not value or _endless(value) for value in st.query_params.get_all(name)):
            del st.query_params[name]


def _endless(text: str) -> bool:
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False
