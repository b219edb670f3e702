"""Styles for parts without a Streamlit widget: the legend of many lines, and the table of the differences of runs."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from clsf.charts.arm_styles import OUTLINES, ArmStyle
from clsf.ui.shared import styles


def show() -> None:
    """Put the style sheet of curves, legends and tables of runs into the page."""
    styles.show("shared/run_style", "".join(map(_mask, OUTLINES)))


def _mask(symbol: str) -> str:
    """Return the style of a symbol, filled and hollow. Streamlit removes drawings from HTML, but keeps masks in a style sheet."""
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
