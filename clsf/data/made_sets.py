"""Data sets made from arrays by this program, for one owner or for everyone on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clsf.data import access, cache, catalogue, file_names, quota
from clsf.words import Sentence


def keep(
    pixels: np.ndarray, labels: np.ndarray, classes: Sequence[str], validates: int, *, title: str | Sentence, owner: str | None,
    content: bytes, names: Sequence[str] | None = None,
) -> str:  # fmt: skip
    """Store images as a data set and return its name, which depends on the content: equal content and owner, equal set.

    pixels uint8 (n, h, w, c) and labels int64 (n,); the last `validates` of them are its own validation images. `owner`: the only
    one who sees them; None: everyone. `names`: the file names, as in `clsf.data.file_names`. Raises DataError
    if there is no room.
    """
    digest = hashlib.sha256(f"{owner or ''}\n".encode() + content)
    name = catalogue.IMPORTED + digest.hexdigest()[: 24 if owner else 12]

    def fill(folder: Path) -> dict:
        if owner:
            with cache.locked("quota"):
                quota.require(owner, pixels.nbytes)
        np.save(folder / "train_pixels.npy", pixels)
        np.save(folder / "train_labels.npy", labels)
        if names is not None:
            file_names.write(folder, names)
        return {
            "classes": tuple(classes), "shape": pixels.shape[1:], "train": len(labels) - validates, "validation": validates, "test": 0,
            "broken": [], "title": str(title), "private": bool(owner), "saved": not owner, "owner": owner or "",
        }  # fmt: skip

    with access.working_for(owner or access.PROGRAM), cache.locked(name):
        if not catalogue.is_cached(name):
            cache.keep(name, fill)
    return name
