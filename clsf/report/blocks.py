"""The pieces that a report consists of, the same for HTML and Markdown. All texts are plain; the renderer escapes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the report's title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `small` for explanations."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first cell of a row names it. `shade`: how strongly each cell is coloured, in [0, 1], negative: red."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    shade: Sequence[Sequence[float]] | None = None


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of (mark, text), the mark is a word."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as SVG; `name` without ending."""

    name: str
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The student's text, with its line breaks."""

    text: str


Block = Heading | Text | Table | Bullets | Picture | Quote
