"""The order of the batches: the same NumPy permutation for both frameworks, another one in each epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.errors import DataError
from clsf.words import say_n

PURPOSE = 2
"""Goes into the seed; see `clsf.data.split.PURPOSE`."""


def batch_order(train: np.ndarray, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return one epoch: the indices `train`, permuted and cut into batches; int64, the last batch may be smaller.

    Raises DataError if not even one batch can be filled.
    """
    if batch_size > len(train):
        raise DataError(say_n(
            "A batch has {batch_size} images, but there is only {count} to train on. Choose a batch size of at "
            "most {count}, or train on more images.",
            "A batch has {batch_size} images, but there are only {count} to train on. Choose a batch size of at most {count}, "
            "or train on more images.",
            len(train),
            batch_size=batch_size,
        ))  # fmt: skip
    order = train[shuffled(len(train), PURPOSE, seed, epoch)]
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def order_hash(batches: Iterable[np.ndarray]) -> str:
    """Return 16 hexadecimal digits, equal if two runs saw the same images in the same batches."""
    digest = hashlib.sha256()
    for batch in batches:
        digest.update(len(batch).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(batch, "<i8"))
    return digest.hexdigest()[:16]
