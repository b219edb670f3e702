"""The look of what Streamlit has no widget for: the legend of many lines, and the table of what runs differ in."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from clsf.charts.arm_styles import OUTLINES, ArmStyle


def show() -> None:
    """Put the style sheet into the page."""
    st.html(f"<style>{_sheet()}</style>")


@cache
def _sheet() -> str:
    return (Path(__file__).parent / "run_style.css").read_text("utf-8") + "".join(_mask(name) for name in OUTLINES)


def _mask(symbol: str) -> str:
    """Return the style of a symbol, filled and hollow. Streamlit takes drawings out of HTML, but leaves masks in a style sheet."""
    rules = []
    for name, paint in ((symbol, "stroke='black' fill='black'"), (f"{symbol}-open", "stroke='black' fill='none'")):
        drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 12 12'><path d='{OUTLINES[symbol]}' stroke-width='1.4' {paint}/></svg>"
        rules.append(f'.ex-{name} b {{ --shape: url("data:image/svg+xml,{quote(drawing)}"); }}')
    return "\n" + "\n".join(rules)


def sign(look: ArmStyle) -> str:
    """Return a line with its symbol as HTML, as it is in the charts."""
    dashed = ' class="dashed"' if look.dash != "solid" else ""
    line = f"<i{dashed}></i>"
    return f'<span class="ex-sign ex-{look.marker}" style="--c:{escape(look.colour)}" aria-hidden="true">{line}<b></b>{line}</span>'
