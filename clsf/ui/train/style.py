"""The look of what Streamlit has no widget for: images that are followed, maps, numbers before and after a step."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st


def show() -> None:
    """Put the style sheet into the page."""
    st.html(f"<style>{_sheet()}</style>")


@cache
def _sheet() -> str:
    return (Path(__file__).parent / "style.css").read_text("utf-8")
