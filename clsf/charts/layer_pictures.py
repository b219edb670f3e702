"""Numbers as small pictures (PNG): photographs as they are, weights and feature maps in blue for negative, white for zero, red for positive

One pixel per number; the page scales them with crisp pixels. Colours are told apart in every common form of
colour blindness (Brewer's RdBu, https://colorbrewer2.org).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from clsf.charts.palette import CHANNELS, SIGNED
from clsf.data import png

MISSING = 255  # the index of the colour for values that are not finite: it is transparent
GREY = (128, 128, 128)
HALF = 127  # steps from white to either end
CHANNEL_COLOURS = CHANNELS
"""The colours of the first eight channels of an image where cells are coloured by channel; then they repeat."""


@cache
def palette() -> np.ndarray:
    """Return 256 colours, uint8 (256, 3): 0 to 254 from most negative to most positive, 127 white; 255 for missing values."""
    at = np.linspace(-1, 1, 2 * HALF + 1)
    stops = np.linspace(-1, 1, len(SIGNED))
    colours = np.stack([np.interp(at, stops, [stop[c] for stop in SIGNED]) for c in range(3)], axis=1)
    return np.vstack([np.rint(colours), [GREY]]).astype(np.uint8)


def indices(values: np.ndarray, scale: float) -> np.ndarray:
    """Return the palette index of each number, uint8: `scale` and more is the last colour, exactly 0 is white."""
    finite = np.isfinite(values)
    safe = np.where(finite, values, 0) / (scale or 1)
    places = np.rint(np.clip(safe, -1, 1) * HALF).astype(np.int16) + HALF
    return np.where(finite, places, MISSING).astype(np.uint8)


def scale_of(values: np.ndarray) -> float:
    """Return the largest finite |number|, 1 if all are 0."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def signed(values: np.ndarray, scale: float | None = None) -> str:
    """Return a matrix (height, width) as a picture, zero in white, as an address to put into an <img>."""
    return _coloured(indices(values, scale_of(values) if scale is None else scale))


def photograph(pixels: np.ndarray) -> str:
    """Return an image, uint8 (height, width, 1 or 3), as it is, as an address to put into an <img>."""
    return png.address(pixels)


def mosaic(maps: np.ndarray, most: int = 9) -> str:
    """Return the first feature maps of (height, width, n) side by side in one picture, on one scale, thin lines between."""
    count = min(maps.shape[2], most)
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    height, width = maps.shape[:2]
    gap = max(1, width // 20)
    canvas = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), MISSING, np.uint8)
    scale = scale_of(maps[..., :count])
    for number in range(count):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        canvas[top : top + height, left : left + width] = indices(maps[..., number], scale)
    return _coloured(canvas)


def folded(vector: np.ndarray, scale: float | None = None) -> str:
    """Return a flat vector as a picture, folded into rows of about the same length; what is left over is transparent."""
    columns = max(1, min(len(vector), int(np.ceil(np.sqrt(len(vector) * 2)))))
    padded = np.full(-(-len(vector) // columns) * columns, np.nan)
    padded[: len(vector)] = vector
    return signed(padded.reshape(-1, columns), scale_of(vector) if scale is None else scale)


def by_channel(channels: np.ndarray) -> str:
    """Return a line of cells, each in the colour of its channel number, as a picture one pixel high."""
    colours = np.array(CHANNEL_COLOURS, np.uint8)[channels % len(CHANNEL_COLOURS)]
    return png.address(colours[None])


def _coloured(places: np.ndarray) -> str:
    return png.address(places, palette(), transparency=MISSING)
