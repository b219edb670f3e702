"""A design drawn from top to bottom: a box per layer, shapes on the edges, rows of branches side by side. SVG, themed by CSS.

Colours are mixed from the text's colour (currentColor), so the picture fits light and dark, and stands alone as a file.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import ceil

from clsf.charts.palette import GREY, LAYERS, WRONG
from clsf.model.edit import Card
from clsf.model.edit_facts import DesignFacts
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import KINDS

BOX, HIGH, EDGE, GAP, JOIN = 192, 42, 34, 26, 26  # pixels: a box's width and height, an edge, between rows, a join

STYLE = (
    "\n".join(f".{group} {{ --tone: {colour}; }}" for group, colour in LAYERS.items())
    + """
.box rect { fill: color-mix(in srgb, var(--tone) 12%, transparent); stroke: var(--tone); stroke-width: 1.5; }
.box text, .end text { fill: currentColor; text-anchor: middle; }
.box .kind, .end .kind { font-weight: 650; font-size: 13.5px; } .box .said { font-size: 11px; opacity: 0.75; }
.end { --tone: @GREY@; } .broken { --tone: @WRONG@; } .waits { opacity: 0.5; }
.box.broken rect { fill: color-mix(in srgb, @WRONG@ 18%, transparent); stroke-width: 2.5; }
.end rect { fill: none; stroke: var(--tone); stroke-dasharray: 4 3; }
.edge { fill: none; stroke: currentColor; stroke-opacity: 0.45; stroke-width: 1.5; }
.arrow { fill: currentColor; fill-opacity: 0.6; }
.shape { font-size: 11px; fill: currentColor; opacity: 0.8; font-family: var(--mono, monospace); }
.marked rect, .marked circle { stroke-width: 3; } .chosen rect { stroke-width: 3; fill: color-mix(in srgb, var(--tone) 32%, transparent); }
""".replace("@WRONG@", WRONG).replace("@GREY@", GREY)
)


def diagram(
    seen: DesignFacts, described: Callable[[Card], str], group: Callable[[str], str], input_word: str, output_word: str
) -> str:
    """Return the SVG of a design. `described` gives a layer's fields in short, `group` its colour class."""
    drawing = _Drawing(seen, described, group)
    width = max(drawing.row_width(seen.design.cards), BOX) + 2 * GAP
    middle = width / 2
    drawing.end(middle, 4, input_word)
    y, shape = drawing.row(seen.design.cards, middle, 4 + 30, seen.input_shape)
    y = drawing.edge(middle, y, y + EDGE, shape)
    drawing.end(middle, y, output_word)
    height = ceil(y + 30 + 4)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ceil(width)} {height}" width="{ceil(width)}" height="{height}" '
        f'role="img" aria-label="{escape(spoken(seen, described))}" font-family="sans-serif"><style>{STYLE}</style>'
        f"{''.join(drawing.parts)}</svg>"
    )


def spoken(seen: DesignFacts, described: Callable[[Card], str]) -> str:
    """Return a text alternative: each layer with its output shape."""
    return f"{seen.design.name}: {shape_text(seen.input_shape)}" + _spoken_row(seen, seen.design.cards, described)


def _spoken_row(seen: DesignFacts, row: tuple[Card, ...], described: Callable[[Card], str]) -> str:
    said = []
    for card in row:
        if card.off:
            continue
        shape = seen.cards[card.uid].out_shape
        inside = " | ".join(_spoken_row(seen, inner, described).removeprefix(" → ") or "=" for inner in card.rows)
        fields = described(card)
        said.append(
            f" → {card.kind}{f' ({inside})' if card.rows else ''}{f' {fields}' if fields else ''}: {shape_text(shape) if shape else '?'}"
        )
    return "".join(said)


class _Drawing:
    """Collects the parts of the SVG; every method that draws downwards returns the y where it ended."""

    def __init__(self, seen: DesignFacts, described: Callable[[Card], str], group: Callable[[str], str]) -> None:
        self.seen, self.described, self.group = seen, described, group
        self.parts: list[str] = []

    def row_width(self, row: tuple[Card, ...]) -> float:
        return max((self.width(card) for card in row if not card.off), default=60)

    def width(self, card: Card) -> float:
        return sum(map(self.row_width, card.rows)) + GAP * (len(card.rows) - 1) if card.branching else BOX

    def row(self, row: tuple[Card, ...], x: float, y: float, shape: Shape | None) -> tuple[float, Shape | None]:
        for card in row:
            if card.off:
                continue
            if card.branching:
                y = self.branches(card, x, y, shape)
            else:
                y = self.edge(x, y, y + EDGE, shape)
                y = self.box(card, x, y)
            shape = self.seen.cards[card.uid].out_shape
        return y, shape

    def branches(self, card: Card, x: float, y: float, shape: Shape | None) -> float:
        """Draw the rows of a branching layer side by side, from a fork to a join."""
        fork = self.edge(x, y, y + EDGE, shape, arrow=False)
        left = x - self.width(card) / 2
        ends = []
        for row in card.rows:
            wide = self.row_width(row)
            middle = left + wide / 2
            self.line(x, fork, middle, fork)
            ends.append((middle, *self.row(row, middle, fork, shape)))
            left += wide + GAP
        bus = max(y for _, y, _ in ends) + 24
        for middle, end, out in ends:
            self.line(middle, end, middle, bus)
            self.text(middle + 8, bus - 8, out)
            self.line(middle, bus, x, bus)
        self.arrow(x, bus, bus + 20)
        return self.join(card, x, bus + 20)

    def box(self, card: Card, x: float, y: float) -> float:
        said = self.described(card)
        self.parts.append(
            f'<g class="box {self._classes(card)}" data-path="{self.seen.cards[card.uid].path}"><rect x="{x - BOX / 2:.1f}" y="{y:.1f}" '
            f'width="{BOX}" height="{HIGH}" rx="7"/><text class="kind" x="{x:.1f}" y="{y + (17 if said else 26):.1f}">{escape(card.kind)}</text>'
            f'<text class="said" x="{x:.1f}" y="{y + 33:.1f}">{escape(_cut(said))}</text><title>{escape(f"{card.kind} {said}".strip())}</title></g>'
        )
        return y + HIGH

    def join(self, card: Card, x: float, y: float) -> float:
        sign, wide = (KINDS[card.kind].SIGN.replace("*", "×"), JOIN) if KINDS[card.kind].SIGN else ("concat", 62)
        self.parts.append(
            f'<g class="box {self._classes(card)}" data-path="{self.seen.cards[card.uid].path}"><rect x="{x - wide / 2:.1f}" y="{y:.1f}" '
            f'width="{wide}" height="{JOIN}" rx="{JOIN / 2}"/><text class="kind" x="{x:.1f}" y="{y + 18:.1f}">{sign}</text>'
            f"<title>{card.kind}</title></g>"
        )
        return y + JOIN

    def end(self, x: float, y: float, word: str) -> None:
        self.parts.append(
            f'<g class="end"><rect x="{x - 60:.1f}" y="{y:.1f}" width="120" height="30" rx="15"/>'
            f'<text class="kind" x="{x:.1f}" y="{y + 20:.1f}">{escape(word)}</text></g>'
        )

    def edge(self, x: float, y: float, to: float, shape: Shape | None, arrow: bool = True) -> float:
        """Draw a line downwards with the shape that flows through it."""
        if arrow:
            self.arrow(x, y, to)
        else:
            self.line(x, y, x, to)
        self.text(x + 8, y + EDGE / 2 + 2, shape)
        return to

    def arrow(self, x: float, y: float, to: float) -> None:
        self.line(x, y, x, to - 5)
        self.parts.append(
            f'<path class="arrow" d="M {x - 4:.1f} {to - 7:.1f} L {x + 4:.1f} {to - 7:.1f} L {x:.1f} {to:.1f} Z"/>'
        )

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        if (x, y) != (to_x, to_y):
            self.parts.append(f'<path class="edge" d="M {x:.1f} {y:.1f} L {to_x:.1f} {to_y:.1f}"/>')

    def text(self, x: float, y: float, shape: Shape | None) -> None:
        self.parts.append(f'<text class="shape" x="{x:.1f}" y="{y:.1f}">{shape_text(shape) if shape else "?"}</text>')

    def _classes(self, card: Card) -> str:
        state = self.seen.cards[card.uid].state
        return f"{self.group(card.kind)} {state if state in ('broken', 'waits') else ''}".strip()


def _cut(text: str) -> str:
    return text if len(text) <= 34 else text[:33] + "…"
