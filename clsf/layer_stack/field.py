"""The receptive field of single cells: the rows and columns of every earlier image that an output cell was computed from.

Rows and columns are independent, so one interval per output row and one per output column are enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from clsf.model.layers import Layer, Sliding
from clsf.model.walk import LayerFacts

Interval = tuple[int, int]  # first and last, both seen; may extend beyond the edge, into padding


@dataclass(frozen=True, slots=True)
class SeenCells:
    """The cells of one earlier image that the cells of the last image see: intervals by output row and by output column."""

    rows: tuple[Interval, ...]
    columns: tuple[Interval, ...]


def image_stages(facts: tuple[LayerFacts, ...]) -> int:
    """Return how many stages output an image; the output of flattening, a dense layer or a global mean has no rows and columns."""
    return next((n for n, one in enumerate(facts) if len(one.out_shape) != 3), len(facts))


def sees_everything(facts: tuple[LayerFacts, ...]) -> bool:
    """Return whether some stage connects each of its numbers with the whole image."""
    return any(one.layer.whole for one in facts)


def seen(facts: tuple[LayerFacts, ...]) -> list[SeenCells]:
    """Return, for the input and each stage, the cells that the last stage's cells see. All stages must output images."""
    height, width = facts[-1].out_shape[:2]
    rows = [(r, r) for r in range(height)]
    columns = [(c, c) for c in range(width)]
    steps = [SeenCells(tuple(rows), tuple(columns))]
    for stage in reversed(facts):
        left, _, top, _ = stage.layer.pads(stage.in_shape)
        rows = [_before(interval, stage.layer, 0, top) for interval in rows]
        columns = [_before(interval, stage.layer, 1, left) for interval in columns]
        steps.append(SeenCells(tuple(rows), tuple(columns)))
    return steps[::-1]


def place(cell: int, shape: tuple[int, int, int], channels_first: bool = False) -> tuple[int, int, int]:
    """Return (row, column, channel) of a number of a flattened image of `shape` (h, w, c), in either order."""
    height, width, channels = shape
    if channels_first:
        return cell // width % height, cell % width, cell // (height * width)
    return cell // (width * channels), cell // channels % width, cell % channels


def flat_index(row: int, column: int, channel: int, shape: tuple[int, int, int], channels_first: bool = False) -> int:
    """Return the index of an image's cell in the flattened vector; the inverse of `place`."""
    height, width, channels = shape
    return (channel * height + row) * width + column if channels_first else (row * width + column) * channels + channel


def _before(interval: Interval, layer: Layer, axis: int, start: int) -> Interval:
    if not isinstance(layer, Sliding):
        return interval[0] - start, interval[1] - start
    move, reach = layer.moves[axis], layer.reaches[axis]
    return interval[0] * move - start, interval[1] * move - start + reach - 1
