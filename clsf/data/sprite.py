"""Many images as one picture, so that a browser gets them in one file and scales them itself."""

from __future__ import annotations

import base64
import io

import numpy as np

from clsf.data import png


def sheet(pixels: np.ndarray, columns: int, lossless: bool = True) -> str:
    """Return images, uint8 (n, h, w, c), side by side in rows of `columns`, as a data: address (PNG, or WebP with losses)."""
    from PIL import Image

    count, height, width, channels = pixels.shape
    rows = -(-max(count, 1) // columns)
    laid = np.zeros((rows * columns, height, width, channels), np.uint8)
    laid[:count] = pixels
    whole = (
        laid.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows * height, columns * width, channels)
    )
    if lossless:
        return png.address(whole)
    file = io.BytesIO()
    Image.fromarray(whole[..., 0] if channels == 1 else whole).save(file, "WEBP", quality=80, method=2)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
