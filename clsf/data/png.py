"""Pixels as a PNG in a data: address, for an <img>."""

from __future__ import annotations

import base64
import io

import numpy as np


def address(pixels: np.ndarray, palette: np.ndarray | None = None, **options: object) -> str:
    """Return uint8 pixels (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) as an address; with a palette, uint8 (256, 3), (h, w) are places in it.

    `options` are Pillow's for PNG.
    """
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels))
    if palette is not None:
        picture.putpalette(palette.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3, **options)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
