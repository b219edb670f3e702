"""The head of an example: a real result that stands where the reader's own will be, marked so."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared.text import t


def head(what: str) -> None:
    """Say that what follows is an example, and of what."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="stretch"):
        st.badge(t("Example"), icon=":material/visibility:", color="gray")
        st.caption(what, width="stretch")


def guess(question: str) -> None:
    """Ask what will come out, where a result will stand or beside an example of it."""
    st.markdown(f":material/psychology_alt: **{question}**")
