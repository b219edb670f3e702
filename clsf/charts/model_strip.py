"""A model in one small line: a block per layer, as high as its maps are and as wide as it has channels. SVG, themed by CSS."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log2

from clsf.model.shapes import Shape
from clsf.model.walk import LayerFacts

HIGH, WIDE, LEAST, GAP = 40, 26, 4, 3  # pixels: the highest and the widest block, the least side, between blocks
SIDE, CHANNELS = 6.0, 10.0  # powers of two that are drawn at full height and width: 64 pixels, 1,024 channels


def strip(layers: Sequence[LayerFacts], shape: Shape, label: str) -> str:
    """Return the SVG of a model's own row of layers on images of a shape; filled blocks learn, empty ones do not.

    `label` says the same in words.
    """
    blocks = [
        (shape, "in"),
        *((facts.out_shape, "learns" if facts.weights else "works") for facts in layers if not facts.depth),
    ]
    x, drawn = 1.0, []
    for (height, width), kind in ((_size(of), kind) for of, kind in blocks):
        y = (HIGH - height) / 2 + 1
        drawn.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5"/>')
        x += width + GAP
    total = x - GAP + 1
    return (
        f'<svg class="model-strip" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {HIGH + 2}" height="{HIGH + 2}" '
        f'style="max-width:100%" role="img" aria-label="{escape(label)}"><style>{_STYLE}</style>{"".join(drawn)}</svg>'
    )


def _size(shape: Shape) -> tuple[float, float]:
    """Return height and width of a block. Features without maps stand upright, as high as there are many."""
    if len(shape) == 1:
        return max(HIGH * min(log2(max(shape[0], 1) + 1) / CHANNELS, 1), LEAST), LEAST
    high = HIGH * min(log2(max(shape[0], 1) + 1) / SIDE, 1)
    return max(high, LEAST), max(WIDE * min(log2(max(shape[-1], 1) + 1) / CHANNELS, 1), LEAST)


_STYLE = (
    ".model-strip rect { stroke: currentColor; stroke-opacity: 0.55; stroke-width: 1; fill: none; } "
    ".model-strip .learns { fill: #14897e; fill-opacity: 0.55; } .model-strip .in { fill: currentColor; fill-opacity: 0.25; }"
)
