"""Which images of a data set are similar: nearest and farthest pairs, and a map of two dimensions.

A job for a worker: names and plain values in, arrays out. It needs scikit-learn, no framework.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.data.sources import open_dataset

PURPOSE = 4
"""Goes into the seed; see `clsf.data.split.PURPOSE`."""

PAIRS = 6  # of each kind

Pairs = list[tuple[int, int, float]]
"""(row, row, distance): the distance is the root of the mean squared difference of two images, in pixel values."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """A sample of the training images, its pairs, and its map.

    indices:   int64 (n,), into the training images; pairs and points count in this sample
    points:    float64 (n, 2), the first two principal components
    explained: the share of all variance that each of the two explains
    """

    indices: np.ndarray
    labels: np.ndarray
    points: np.ndarray
    explained: tuple[float, float]
    nearest: Pairs
    nearest_strangers: Pairs  # in different classes
    farthest: Pairs
    farthest_kin: Pairs  # of one class


def likeness(name: str, count: int, seed: int) -> Likeness:
    """Compare `count` training images, drawn with the seed, each class with its share of the whole."""
    images = open_dataset(name).train
    indices = sample(images.labels, count, seed)
    labels = images.labels[indices]
    flat = images.pixels[indices].reshape(len(indices), -1).astype(np.float64)
    points, explained = components(flat)
    return Likeness(indices, labels, points, explained, *all_pairs(flat, labels))


def sample(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return at most `count` indices, int64, ascending: each class with its share, at least one."""
    order = shuffled(len(labels), PURPOSE, seed)
    share = min(count / len(labels), 1.0)
    kept = []
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        kept.append(mine[: max(round(share * len(mine)), 1)])
    return np.sort(np.concatenate(kept))


def components(flat: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Return the first two principal components, float64 (n, 2), and how much of the variance each explains."""
    from sklearn.decomposition import PCA

    if len(flat) < 2 or not np.ptp(flat, axis=0).any():
        return np.zeros((len(flat), 2)), (0.0, 0.0)
    wanted = min(2, *flat.shape)
    solver = "randomized" if min(flat.shape) > 50 else "full"
    fitted = PCA(wanted, svd_solver=solver, random_state=0).fit(flat)
    points = np.zeros((len(flat), 2))
    points[:, :wanted] = fitted.transform(flat)
    shares = [float(share) for share in fitted.explained_variance_ratio_] + [0.0]
    return points, (shares[0], shares[1])


def all_pairs(flat: np.ndarray, labels: np.ndarray) -> tuple[Pairs, Pairs, Pairs, Pairs]:
    """Return the nearest pairs, the nearest of different classes, the farthest, the farthest of one class."""
    squares = (flat**2).sum(axis=1)
    # Pixel values are whole numbers, so that every sum is exact in float64 and equal images have a distance of 0.
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * flat @ flat.T, 0) / flat.shape[1])
    one, other = np.triu_indices(len(flat), 1)
    distance = apart[one, other]
    strangers = labels[one] != labels[other]
    return (
        _first(one, other, distance, distance),
        _first(one[strangers], other[strangers], distance[strangers], distance[strangers]),
        _first(one, other, distance, -distance),
        _first(one[~strangers], other[~strangers], distance[~strangers], -distance[~strangers]),
    )


def _first(one: np.ndarray, other: np.ndarray, distance: np.ndarray, key: np.ndarray) -> Pairs:
    """Return the pairs with the smallest keys, each image in only one of them, so that one odd image does not fill the list."""
    most = min(len(key), 4000)
    near = np.argpartition(key, most - 1)[:most] if most else np.empty(0, np.int64)
    pairs: Pairs = []
    seen: set[int] = set()
    for pair in near[np.lexsort((other[near], one[near], key[near]))]:
        a, b = int(one[pair]), int(other[pair])
        if a in seen or b in seen:
            continue
        seen |= {a, b}
        pairs.append((a, b, float(distance[pair])))
        if len(pairs) == PAIRS:
            break
    return pairs
