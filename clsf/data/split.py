"""The split into training and validation images: drawn once per seed, in NumPy, the same for both frameworks."""

from __future__ import annotations

import heapq

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.errors import DataError
from clsf.words import say_n

PURPOSE = 1
"""Goes into the seed, so that the split and the batches of one run use different random numbers."""


def split(
    labels: np.ndarray, validation_share: float, seed: int, train_limit: int | None = None, version: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices to train on and to validate on: int64, shuffled, disjoint.

    Stratified: about `validation_share` of each class goes to validation, at least one image of it stays for training.
    Both together are all images, unless `train_limit` keeps only the first ones of the training part. The first k images
    of either part, for any k, hold each class as often as its share of the part says, to less than one image.

    Version 1 is kept for runs trained with it: it draws the same two parts, but returns them in another order, in which
    the first training images are mostly of the classes that come late in the shuffled order.
    Raises DataError if there is no image left for one of the two.
    """
    counts = np.bincount(labels)
    taken = _taken(counts, validation_share)
    if not taken.any():
        raise DataError(say_n(
            "The {count} image can't be split into training and validation: each needs at least one image, and "
            "every class keeps one for training. Add images.",
            "The {count} images can't be split into training and validation: each needs at least one image, and every class "
            "keeps one for training. Add images.",
            len(labels),
        ))  # fmt: skip
    order = shuffled(len(labels), PURPOSE, seed)
    seen = labels[order]
    validates = _rank(seen) < taken[seen]
    train, validation = order[~validates], order[validates]
    if version > 1:
        train, validation = train[fair_order(labels[train])], validation[fair_order(labels[validation])]
    return train[:train_limit], validation


def fair_order(labels: np.ndarray) -> np.ndarray:
    """Return an order of the labels, int64 (n,), whose first k hold each class in its share of all, to less than one, for any k.

    The order within a class is kept. If several classes may come next, their order decides too; so shuffled
    labels stay shuffled as far as the proportions allow.

    The rule: the j-th of a class (from 0) must not come before the share of its class calls for j + e images, nor after it
    calls for j + 1 - e, with e = 1 / (2 classes - 2); of those that may come, the one that must come first does.
    Source: Tijdeman 1980, The chairman assignment problem, Discrete Mathematics 32. In integers, so that it is the same
    on every machine.
    """
    counts = np.bincount(labels)
    parts = 2 * max(np.count_nonzero(counts), 2) - 2
    rank, size = _rank(labels), counts[labels] * parts
    from_place = -((rank * parts + 1) * -len(labels) // size)
    until = ((rank + 1) * parts - 1) * len(labels) // size + 1
    waiting = iter(np.lexsort((np.arange(len(labels)), from_place)).tolist())
    opens, until = from_place.tolist(), until.tolist()
    coming, ready, order = next(waiting, None), [], np.empty(len(labels), np.int64)
    for place in range(len(labels)):
        while coming is not None and opens[coming] <= place + 1:
            heapq.heappush(ready, (until[coming], coming))
            coming = next(waiting, None)
        order[place] = heapq.heappop(ready)[1]
    return order


def _rank(labels: np.ndarray) -> np.ndarray:
    """Return for each label how many labels of the same class come before it, int64 (n,)."""
    counts = np.bincount(labels)
    rank = np.empty(len(labels), np.int64)
    rank[np.argsort(labels, kind="stable")] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rank


def _taken(counts: np.ndarray, share: float) -> np.ndarray:
    """Return how many images of each class validate, (classes,): integers whose sum is as close to `share` as possible."""
    wanted = counts * share
    taken = np.floor(wanted).astype(np.int64)
    missing = max(round(counts.sum() * share), 1) - int(taken.sum())
    # Largest remainder first; equal remainders go to the larger class, then to the earlier one.
    by_need = np.lexsort((np.arange(len(counts)), -counts, -(wanted - taken)))
    spare = [c for c in by_need if taken[c] + 1 < counts[c]]
    taken[spare[: max(missing, 0)]] += 1
    return np.minimum(taken, np.maximum(counts - 1, 0))
