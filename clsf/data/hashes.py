"""Hashes that tell whether two runs had the same images and the same split, even if their data sets have different names."""

from __future__ import annotations

import hashlib

import numpy as np

from clsf.data.images import Prepared

MOST_BYTES = 256 << 20
"""Of pixels that are hashed, which takes less than a second; of larger sets, evenly spaced images."""


def images_hash(prepared: Prepared) -> str:
    """Return 16 hexadecimal digits that stand for the prepared pixels and their labels, in their order."""
    pixels = prepared.pixels
    digest = hashlib.sha256(f"{pixels.shape}".encode())
    digest.update(np.ascontiguousarray(prepared.labels, "<i8"))
    for image in pixels[:: max(-(-pixels.nbytes // MOST_BYTES), 1)]:
        digest.update(np.ascontiguousarray(image))
    return digest.hexdigest()[:16]


def split_hash(prepared: Prepared) -> str:
    """Return 16 hexadecimal digits that stand for which images are trained on and which validate."""
    digest = hashlib.sha256()
    for part in (prepared.train, prepared.validation):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(np.sort(np.asarray(part, "<i8")))
    return digest.hexdigest()[:16]
