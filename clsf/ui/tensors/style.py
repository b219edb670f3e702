"""The look of what Streamlit has no widget for: cells, results, tables. Colours of text and ground are the theme's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from clsf.ui.tensors.columns import LOOKS


def show() -> None:
    """Put the style sheet into the page."""
    st.html(f"<style>{_sheet()}</style>")


@cache
def _sheet() -> str:
    sides = "\n".join(
        f'[class*="st-key-side_{side}_"] {{ border-top: 3px solid {look.colour} !important; --side: {look.colour}; }}'
        for side, look in LOOKS.items()
    )
    sides += "\n" + "\n".join(f".side-{side} {{ --side: {look.colour}; }}" for side, look in LOOKS.items())
    return (Path(__file__).parent / "style.css").read_text("utf-8") + sides
