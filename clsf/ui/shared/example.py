"""The header of an example: a real result, marked as such, in the place of the reader's own."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared.text import t


def head(what: str) -> None:
    """Show that the following is an example, and of what."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="stretch"):
        st.badge(t("Example"), icon=":material/visibility:", color="gray")
        st.caption(what, width="stretch")


def guess(question: str) -> None:
    """Ask the reader to predict the result, in the place of the result or next to an example of it."""
    st.markdown(f":material/psychology_alt: **{question}**")
