"""A model in one small line: a block per layer, its height from the map size, its width from the channels. HTML, themed by CSS."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log2

from clsf.model.shapes import Shape
from clsf.model.walk import LayerFacts

HIGH, WIDE, LEAST, GAP = 40, 26, 4, 3  # pixels: the highest and the widest block, the least side, between blocks
SIDE, CHANNELS = 6.0, 10.0  # powers of two that are drawn at full height and width: 64 pixels, 1,024 channels

FILLS = {
    "in": "background:color-mix(in srgb,currentColor 30%,transparent)",
    "learns": "background:color-mix(in srgb,var(--clsf-accent) 60%,transparent)",
    "works": "",
}
"""The style of a block: the image, a layer with weights, a layer without."""


def strip(layers: Sequence[LayerFacts], shape: Shape, label: str) -> str:
    """Return a model's own row of layers on images of a shape as HTML; `label` says the same in words."""
    blocks = [
        (shape, "in"),
        *((facts.out_shape, "learns" if facts.weights else "works") for facts in layers if not facts.depth),
    ]
    drawn = "".join(
        f'<i style="width:{wide:.0f}px;height:{high:.0f}px;border:1px solid color-mix(in srgb,currentColor 55%,transparent);'
        f'border-radius:2px;flex:none;{FILLS[kind]}"></i>'
        for (high, wide), kind in ((_size(of), kind) for of, kind in blocks)
    )
    return (
        f'<div role="img" aria-label="{escape(label)}" style="display:flex;align-items:center;gap:{GAP}px;height:{HIGH + 2}px;'
        f'overflow:hidden">{drawn}</div>'
    )


def _size(shape: Shape) -> tuple[float, float]:
    """Return height and width of a block. A flat vector is drawn upright; its height comes from its length."""
    if len(shape) == 1:
        return max(HIGH * min(log2(max(shape[0], 1) + 1) / CHANNELS, 1), LEAST), LEAST
    high = HIGH * min(log2(max(shape[0], 1) + 1) / SIDE, 1)
    return max(high, LEAST), max(WIDE * min(log2(max(shape[-1], 1) + 1) / CHANNELS, 1), LEAST)
