"""The symbols of the frameworks in HTML."""

from __future__ import annotations

from html import escape

from clsf.charts.style import STYLES


def mark(framework: str) -> str:
    """Return a framework's symbol in its colour, for HTML."""
    style = STYLES[framework]
    return f'<span class="mark-{framework}" title="{escape(style.title)}">{style.mark}</span>'
