"""Parts of a live page, each in its own container."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def show_each(*parts: Callable[[], object]) -> None:
    """Show parts one below the other, each in a container of its own.

    Streamlit (1.67) identifies an element by its index among its neighbours. Without a container, a part that appears or
    disappears moves everything below it, and the browser rebuilds those charts and loses their zoom.
    """
    for part in parts:
        with st.container():
            part()
