"""The style sheets: `<page>/style.css` is put into a page when it opens, others by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from clsf.charts.style import NUMPY, STYLES

FOLDER = Path(__file__).parents[1]


def show(name: str, more: str = "") -> None:
    """Put the sheet `clsf/ui/<name>.css` into the page, and `more` rules after it. Colours of text and ground are the theme's."""
    sheet = _sheet(name)
    if sheet or more:
        st.html(f"<style>{_libraries()}\n{sheet}\n{more}</style>")


@cache
def _sheet(name: str) -> str:
    path = FOLDER / f"{name}.css"
    return path.read_text("utf-8") if path.is_file() else ""


@cache
def _libraries() -> str:
    """Return the colour of each library, for frames with the key side_<library>_… and elements of the class side-<library>."""
    return "\n".join(
        f'[class*="st-key-side_{side}_"] {{ border-top: 3px solid {style.colour} !important; }}\n'
        f'[class*="st-key-side_{side}_"], .side-{side} {{ --side: {style.colour}; }}'
        for side, style in {"numpy": NUMPY, **STYLES}.items()
    )
