"""Symbols in HTML: of the frameworks, and Material ones."""

from __future__ import annotations

from html import escape

from clsf.charts.style import STYLES


def mark(framework: str) -> str:
    """Return a framework's symbol in its colour, for HTML."""
    style = STYLES[framework]
    return f'<span class="mark-{framework}" title="{escape(style.title)}">{style.mark}</span>'


def icon(name: str) -> str:
    """Return a Material symbol for HTML; it is always used next to a word with the same meaning."""
    return f'<span class="cp-icon" aria-hidden="true">{name}</span>'
