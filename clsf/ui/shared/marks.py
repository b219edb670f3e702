"""Symbols of the libraries, in Markdown and HTML, and Material ones."""

from __future__ import annotations

from html import escape

from clsf.charts.style import NUMPY, STYLES

LOOKS = {"numpy": NUMPY, **STYLES}


def heading(library: str, note: str = "") -> str:
    """Return a library's name with its symbol in its colour, as Markdown."""
    look = LOOKS[library]
    return f":{look.text_colour}[{look.mark}] **{look.title}**" + (f" · {note}" if note else "")


def mark(framework: str) -> str:
    """Return a framework's symbol in its colour, for HTML."""
    style = STYLES[framework]
    return f'<span class="mark-{framework}" title="{escape(style.title)}">{style.mark}</span>'


def icon(name: str) -> str:
    """Return a Material symbol for HTML; it is always used next to a word with the same meaning."""
    return f'<span class="cp-icon" aria-hidden="true">{name}</span>'
