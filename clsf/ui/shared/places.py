"""Parts of a live page, each in a place of its own."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def show_each(*parts: Callable[[], object]) -> None:
    """Show parts one below the other, each in a container of its own.

    Streamlit (1.67) knows an element by its number among its neighbours. Without a container, a part that comes or goes moves all
    below it, and the browser builds their charts anew, without their zoom.
    """
    for part in parts:
        with st.container():
            part()
