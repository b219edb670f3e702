"""Tensors drawn as blocks of cells, in HTML: rank 0 to 4, every element with its index and value.

Colour shows the value; selected elements also have a frame and bold text, and the rest is faint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from clsf.words import Sentence, say_n

MAX_DRAWN = 400  # cells; with more, the drawing is unreadable
MAX_RANK = 4

Said = Callable[[Sentence], str]
Index = tuple[int, ...]


def drawable(shape: tuple[int, ...]) -> bool:
    """Return whether a tensor of this shape can be drawn."""
    count = 1
    for side in shape:
        count *= side
    return len(shape) <= MAX_RANK and 0 < count <= MAX_DRAWN


def blocks(
    values: object, shape: tuple[int, ...], picked: frozenset[Index] | None = None, said: Said = str, name: str = "t"
) -> str:
    """Return the drawing of a nested list. `picked` None: nothing is selected, so nothing is faint."""
    shade = _Shade(values)
    label = said(
        say_n(
            "A tensor of shape {shape}: {count} cell.",
            "A tensor of shape {shape}: {count} cells.",
            len(list(_flat(values))),
            shape=str(shape),
        )
    )
    inner = _block(values, shape, (), picked, shade, name)
    return (
        f'<div class="tb" role="img" aria-label="{escape(label)}">{_legend(shape, said)}<div class="tb-all">{inner}</div></div>'
    )


def _legend(shape: tuple[int, ...], said: Said) -> str:
    """Return the names of the axes, outermost first."""
    last = len(shape) - 1
    chips = []
    for axis, side in enumerate(shape):
        if axis == last:
            text = said(say_n("axis {axis} → {count} column", "axis {axis} → {count} columns", side, axis=axis))
        elif axis == last - 1:
            text = said(say_n("axis {axis} ↓ {count} row", "axis {axis} ↓ {count} rows", side, axis=axis))
        else:
            text = said(say_n("axis {axis} ▦ {count} block", "axis {axis} ▦ {count} blocks", side, axis=axis))
        chips.append(f'<span class="tb-axis">{escape(text)}</span>')
    return f'<div class="tb-axes">{"".join(chips)}</div>'


def _block(values: object, shape: tuple[int, ...], at: Index, picked: frozenset[Index] | None, shade: _Shade, name: str) -> str:
    if len(shape) > 2:
        inner = "".join(
            f'<div class="tb-part"><div class="tb-name">{escape(name)}[{", ".join(map(str, (*at, i)))}]</div>'
            f"{_block(part, shape[1:], (*at, i), picked, shade, name)}</div>"
            for i, part in enumerate(values)
        )
        return f'<div class="tb-parts">{inner}</div>'
    if len(shape) == 2:
        rows = [[((*at, i, j), v) for j, v in enumerate(row)] for i, row in enumerate(values)]
    elif len(shape) == 1:
        rows = [[((*at, j), v) for j, v in enumerate(values)]]
    else:
        rows = [[(at, values)]]
    cells = "".join(_cell(index, v, picked, shade, name) for row in rows for index, v in row)
    return f'<div class="tb-grid" style="grid-template-columns:repeat({len(rows[0])},auto)">{cells}</div>'


def _cell(index: Index, value: object, picked: frozenset[Index] | None, shade: _Shade, name: str) -> str:
    kind = "" if picked is None else " tb-on" if index in picked else " tb-off"
    where = f"{name}[{', '.join(map(str, index))}]" if index else name
    tip = f"{where} = {number(value, 9)}"
    return f'<i class="tb-c{kind}" style="--v:{shade(value)}%" data-tip="{escape(tip)}">{escape(number(value))}</i>'


def number(value: object, digits: int = 4) -> str:
    """Return a number as text short enough for a cell."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    return f"{value:.{digits}g}"


def _flat(values: object) -> Iterator[object]:
    if isinstance(values, list | tuple):
        for part in values:
            yield from _flat(part)
    else:
        yield values


class _Shade:
    """Return the strength of a cell's colour in per cent: from the smallest to the largest number in the tensor."""

    def __init__(self, values: object) -> None:
        numbers = [float(v) for v in _flat(values) if isinstance(v, int | float) and v == v and abs(v) != float("inf")]
        self.low, self.high = (min(numbers), max(numbers)) if numbers else (0.0, 0.0)

    def __call__(self, value: object) -> int:
        if not isinstance(value, int | float) or value != value or self.high == self.low:
            return 12
        return round(8 + 42 * min(max((value - self.low) / (self.high - self.low), 0.0), 1.0))
