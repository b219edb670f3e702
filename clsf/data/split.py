"""Which images are trained on and which only validate: drawn once per seed, in NumPy, the same for both frameworks."""

from __future__ import annotations

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.errors import DataError

PURPOSE = 1
"""Goes into the seed, so that the split and the batches of one run do not share their random numbers."""


def split(
    labels: np.ndarray, validation_share: float, seed: int, train_limit: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices to train on and to validate on: int64, shuffled, disjoint.

    Stratified: of each class about `validation_share` goes to validation, at least one image of it stays for training.
    Both together are all images, unless `train_limit` keeps only the first ones of the training part.
    Raises DataError if there is no image left for one of the two.
    """
    counts = np.bincount(labels)
    taken = _taken(counts, validation_share)
    if not taken.any():
        raise DataError(
            "The {count} images can't be split into training and validation: each needs at least one image, and every class "
            "keeps one for training. Add images.",
            count=len(labels),
        )  # fmt: skip
    order = shuffled(len(labels), PURPOSE, seed)
    seen = labels[order]
    by_class = np.argsort(seen, kind="stable")
    rank = np.empty(len(seen), np.int64)  # of an image among those of its class, in shuffled order
    rank[by_class] = np.arange(len(seen)) - np.repeat(np.cumsum(counts) - counts, counts)
    validates = rank < taken[seen]
    return order[~validates][:train_limit], order[validates]


def _taken(counts: np.ndarray, share: float) -> np.ndarray:
    """Return how many images of each class validate, (classes,): whole numbers that add up as near to `share` as can be."""
    wanted = counts * share
    taken = np.floor(wanted).astype(np.int64)
    missing = max(round(counts.sum() * share), 1) - int(taken.sum())
    # Largest remainder first; equal remainders go to the larger class, then to the earlier one.
    by_need = np.lexsort((np.arange(len(counts)), -counts, -(wanted - taken)))
    spare = [c for c in by_need if taken[c] + 1 < counts[c]]
    taken[spare[: max(missing, 0)]] += 1
    return np.minimum(taken, np.maximum(counts - 1, 0))
