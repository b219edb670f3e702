"""A drawing as a short text for a link: its bytes, compressed, with fewer levels of ink where they are too many."""

from __future__ import annotations

import numpy as np

from clsf import packing

BITS = (8, 4, 3, 2)
"""Of each number, from all levels to four; the first that is short enough is taken."""


def to_code(pixels: np.ndarray | None, most: int) -> str | None:
    """Return a drawing, uint8 of any shape, as text of at most `most` characters; "" for none, None if it can't be so short."""
    if pixels is None:
        return ""
    for bits in BITS:
        levels = np.round(pixels / 255 * (2**bits - 1)).astype(np.uint8)
        code = f"{bits}{packing.packed(levels.tobytes())}"
        if len(code) <= most:
            return code
    return None


def from_code(code: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the drawing in a text, uint8 of this shape; None for what `to_code` did not write for this shape."""
    bits = int(code[0]) if code[:1] in set(map(str, BITS)) else 0
    size = int(np.prod(shape))
    try:
        content = packing.unpacked(code[1:], size)
    except ValueError:
        return None
    if not bits or len(content) != size:
        return None
    levels = np.frombuffer(content, np.uint8).reshape(shape)
    return np.round(np.minimum(levels, 2**bits - 1) / (2**bits - 1) * 255).astype(np.uint8)
