"""Small images as pictures in HTML: sent once as PNG, enlarged crisp by the browser, each with alternative text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

import numpy as np

from clsf.charts import layer_pictures
from clsf.charts.palette import STRENGTH
from clsf.data import png

LOWEST, MIDDLE, HIGHEST = (np.array(stop) for stop in STRENGTH)


@lru_cache(maxsize=2000)
def _address(content: bytes, shape: tuple[int, ...]) -> str:
    return png.address(np.frombuffer(content, np.uint8).reshape(shape))


def address(pixels: np.ndarray) -> str:
    """Return uint8 pixels as a data: address."""
    pixels = np.ascontiguousarray(pixels)
    return _address(pixels.tobytes(), pixels.shape)


def image(pixels: np.ndarray, alt: str, css: str = "", title: str = "") -> str:
    """Return an <img> of uint8 pixels."""
    more = f' title="{escape(title)}"' if title else ""
    return f'<img class="pd-pixels {css}" src="{address(pixels)}" alt="{escape(alt)}"{more}>'


def coloured(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Return a map of values from 0 to `most` (default: the largest) as uint8 (h, w, 3)."""
    most = float(values.max()) if most is None else most
    share = np.clip(values / most, 0, 1)[..., None] if most > 0 else np.zeros((*values.shape, 1))
    low = LOWEST + (MIDDLE - LOWEST) * np.minimum(share * 2, 1)
    return np.rint(low + (HIGHEST - MIDDLE) * np.maximum(share * 2 - 1, 0)).astype(np.uint8)


def signed(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Return a map of values from -most (blue) over 0 (white) to most (red) as uint8 (h, w, 3)."""
    most = float(np.abs(values).max()) if most is None else most
    return layer_pictures.palette()[layer_pictures.indices(values, most)]


def grey(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return values from `low` (black) to `high` (white) as uint8 (h, w)."""
    span = high - low
    return (
        np.rint(255 * np.clip((values - low) / span, 0, 1)).astype(np.uint8) if span > 0 else np.zeros(values.shape, np.uint8)
    )


def overlaid(pixels: np.ndarray, colours: np.ndarray, share: float = 0.6) -> np.ndarray:
    """Return an image, uint8 (h, w, 1 or 3), turned grey, under a coloured map, uint8 (h, w, 3)."""
    plain = pixels.astype(np.float64).mean(axis=2, keepdims=True)
    return np.rint((1 - share) * plain + share * colours).astype(np.uint8)


def grid(items: Sequence[tuple[np.ndarray, str, str]], css: str = "") -> str:
    """Return pictures side by side, each (pixels, alt, what is written under it as HTML)."""
    cells = "".join(f"<figure>{image(pixels, alt)}<figcaption>{said}</figcaption></figure>" for pixels, alt, said in items)
    return f'<div class="pd pd-grid {css}">{cells}</div>'


def side_by_side(maps: np.ndarray, gap: int = 1) -> np.ndarray:
    """Return uint8 maps (n, h, w) in one row, with a transparent gap: uint8 (h, …, 4), grey."""
    return tiled(maps[..., None].repeat(3, axis=3), len(maps), gap)


def tiled(tiles: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Return pictures, uint8 (n, h, w, 3), in rows of at most `columns`, with transparent gaps: uint8 (…, …, 4)."""
    count, height, width, _ = tiles.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, 4), np.uint8)
    cells[:count, :height, :width] = np.insert(tiles, 3, 255, axis=3)
    whole = cells.reshape(rows, columns, height + gap, width + gap, 4).swapaxes(1, 2)
    return whole.reshape(rows * (height + gap), columns * (width + gap), 4)[:-gap, :-gap]
