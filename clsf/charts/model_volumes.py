"""The outputs of a design's layers as blocks in 3D: height × width × channels, all to one scale.

A flat vector is a rod of its length. `scale` "linear" keeps lengths as they are; "root" draws their square roots, so that a
vector of thousands and an image of 28 pixels fit into one picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Literal

from clsf.charts.palette import GREY, LAYERS
from clsf.model.edit import Card
from clsf.model.edit_facts import DesignFacts
from clsf.model.shapes import Shape, shape_text

Scale = Literal["linear", "root"]

LONGEST = 2.5
"""With "linear", rods are cut at this many times the image's side; the hover text gives their full length."""

LABELLED = 14
"""With more blocks than this, their shapes are only in the hover text."""

COLOURS = {**LAYERS, "input": GREY}

EYE = (0.35, -1.15, 0.5)
"""The viewpoint."""

HEIGHT, WIDTH = 430, 600
"""Height and least width of the picture in pixels. A wider picture has more room at its sides."""

MARGIN = 80  # pixels, for the shapes under the blocks
UNIT = 0.5
"""The share of the picture's height that a length of 1 takes."""


@dataclass(frozen=True, slots=True)
class VolumeBlock:
    """One block: its left front corner, its length in each direction, and its text."""

    path: str
    group: str
    shape: Shape
    x: float
    y: float
    size: tuple[float, float, float]  # along channels (x), width (y), height (z)
    text: str
    cut: bool


def volumes(
    seen: DesignFacts, title: Callable[[Card], str], group: Callable[[str], str], input_word: str, scale: Scale, every: bool
) -> dict:
    """Return a Plotly figure of the design as far as it fits. `every`: also layers that pass on the shape they receive."""
    blocks = list(_Placing(seen, title, group, scale, every).blocks(input_word))
    traces = [_mesh(block) for block in blocks]
    traces += [_outlines(blocks), _labels(blocks)]
    axis = {"visible": False, "showspikes": False}
    x, y, z = _room(blocks)
    return {
        "data": traces,
        "layout": {
            "showlegend": False,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "uirevision": "volumes",
            "scene": {
                "xaxis": axis, "yaxis": axis, "zaxis": axis, "aspectmode": "manual",
                "aspectratio": {"x": x, "y": y, "z": z},
                "camera": {"projection": {"type": "orthographic"}, "eye": dict(zip("xyz", EYE, strict=True))},
            },
        },
    }  # fmt: skip


def _room(blocks: list[VolumeBlock]) -> tuple[float, float, float]:
    """Return the lengths of the scene with which all of it is visible from EYE, in a picture of HEIGHT by WIDTH.

    Plotly's own "data" keeps the volume of the scene, whatever its shape: long or high scenes would be cut off.
    """
    corners = [corner for block in blocks for corner in _corners(block)]
    extent = [(max(along) - min(along)) or 1.0 for along in zip(*corners, strict=True)]
    away = hypot(*EYE)
    flat = hypot(*EYE[:2])
    right = (-EYE[1] / flat, EYE[0] / flat, 0.0)
    up = (-EYE[0] * EYE[2] / (away * flat), -EYE[1] * EYE[2] / (away * flat), flat / away)
    wide, high = (sum(abs(a) * b for a, b in zip(side, extent, strict=True)) for side in (right, up))
    scale = min((WIDTH - MARGIN) / wide, (HEIGHT - MARGIN) / high) / (UNIT * HEIGHT)
    return tuple(scale * one for one in extent)


class _Placing:
    """Puts blocks one behind the other along x; rows of branches lie side by side along y."""

    def __init__(self, seen: DesignFacts, title: Callable, group: Callable, scale: Scale, every: bool) -> None:
        self.seen, self.title, self.group, self.every, self.scale = seen, title, group, every, scale
        side = max(seen.input_shape[:2]) if len(seen.input_shape) == 3 else 16
        self.side = self.length(side)
        self.gap = self.side * 0.35
        self.most = side * LONGEST
        self.thin = self.length(max(side / 14, 1))

    def length(self, number: float) -> float:
        return sqrt(number) if self.scale == "root" else float(number)

    def blocks(self, input_word: str) -> Iterator[VolumeBlock]:
        first = self.block("", "input", self.seen.input_shape, 0.0, 0.0, input_word)
        yield first
        yield from self.row(self.seen.design.cards, first.size[0] + self.gap, 0.0, [0.0])

    def row(self, row: tuple[Card, ...], x: float, y: float, end: list[float]) -> Iterator[VolumeBlock]:
        """Yield the blocks of a row that begins at x; `end` receives the x where it ended."""
        for card in row:
            facts = self.seen.cards[card.uid]
            if facts.out_shape is None:
                if facts.state == "off":
                    continue
                break
            if card.branching:
                ends = []
                lane = self.side * 1.6
                for number, inner in enumerate(card.rows):
                    inner_end = [x]
                    yield from self.row(inner, x, y + (number - (len(card.rows) - 1) / 2) * lane, inner_end)
                    ends.append(inner_end[0])
                x = max([x, *ends])
            elif facts.out_shape == facts.in_shape and not self.every:
                continue
            block = self.block(facts.path, self.group(card.kind), facts.out_shape, x, y, self.title(card))
            yield block
            x += block.size[0] + self.gap
        end[0] = x

    def block(self, path: str, group: str, shape: Shape, x: float, y: float, title: str) -> VolumeBlock:
        if len(shape) == 3:
            size, cut = (max(self.length(shape[2]), self.thin / 2), self.length(shape[1]), self.length(shape[0])), False
        else:
            cut = self.scale == "linear" and shape[0] > self.most
            size = (self.thin, self.thin, self.length(min(shape[0], self.most) if self.scale == "linear" else shape[0]))
        text = f"<b>{f'{path} · ' if path else ''}{title}</b><br>{shape_text(shape)}"
        return VolumeBlock(path, group, shape, x, y - size[1] / 2, size, text, cut)


def _corners(block: VolumeBlock) -> list[tuple[float, float, float]]:
    (dx, dy, dz), z = block.size, -block.size[2] / 2
    return [(block.x + dx * a, block.y + dy * b, z + dz * c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def _mesh(block: VolumeBlock) -> dict:
    x, y, z = zip(*_corners(block), strict=True)
    # Two triangles per face; corner number = 4a + 2b + c.
    faces = [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)]  # fmt: skip
    i, j, k = zip(*faces, strict=True)
    return {
        "type": "mesh3d", "x": x, "y": y, "z": z, "i": i, "j": j, "k": k, "color": COLOURS[block.group], "opacity": 0.55, "flatshading": True,
        "hovertemplate": block.text + "<extra></extra>", "name": block.path,
    }  # fmt: skip


def _outlines(blocks: list[VolumeBlock]) -> dict:
    """Return the edges of all blocks as one line; the top of a rod that was cut stays open."""
    points: list[tuple] = []
    edges = [(0, 1), (0, 2), (0, 4), (1, 3), (1, 5), (2, 3), (2, 6), (3, 7), (4, 5), (4, 6), (5, 7), (6, 7)]
    for block in blocks:
        corners = _corners(block)
        for a, b in edges:
            if not (block.cut and a % 2 and b % 2):
                points += [corners[a], corners[b], (None, None, None)]
    x, y, z = zip(*points, strict=True)
    return {
        "type": "scatter3d", "mode": "lines", "x": x, "y": y, "z": z, "hoverinfo": "skip", "line": {"color": GREY, "width": 2},
    }  # fmt: skip


def _labels(blocks: list[VolumeBlock]) -> dict:
    """Write the shape under each block, as long as there is room for it."""
    shown = blocks if len(blocks) <= LABELLED else []
    lowest = [(block.x + block.size[0] / 2, block.y, -block.size[2] / 2) for block in shown]
    x, y, z = zip(*lowest, strict=True) if lowest else ((), (), ())
    return {
        "type": "scatter3d", "mode": "text", "x": x, "y": y, "z": z, "text": [shape_text(block.shape) for block in shown],
        "textposition": "bottom center", "textfont": {"size": 11}, "hoverinfo": "skip",
    }  # fmt: skip
