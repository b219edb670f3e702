"""Four ways to divide a data set into training and validation images; this program uses one of them: see `clsf.data.split`."""

from __future__ import annotations

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.data.split import PURPOSE, split

WAYS = ("stratified", "shuffled", "last", "sorted")


def divided(labels: np.ndarray, way: str, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices to train on and to validate on, int64.

    stratified: drawn with the seed, of each class the same share
    shuffled:   drawn with the seed, ignoring the class
    last:       the last ones, in the order of the files, as in the lecture
    sorted:     the last ones after the images were sorted by class, as they are when read folder by folder
    """
    if way == "stratified":
        return split(labels, share, seed)
    order = {
        "shuffled": lambda: shuffled(len(labels), PURPOSE, seed),
        "last": lambda: np.arange(len(labels)),
        "sorted": lambda: np.argsort(labels, kind="stable"),
    }[way]()
    cut = len(labels) - max(round(len(labels) * share), 1)
    return order[:cut], order[cut:]


def harm(train: np.ndarray, validation: np.ndarray) -> tuple[list[int], list[int], float]:
    """Return the properties of a split, from images per class of both parts, each int64 (classes,).

    Classes that are never trained on, classes that are never validated, and how different the parts are: half the sum of the
    absolute differences of the classes' shares (total variation distance), 0 for the same mix, 1 for no class in common.
    """
    unseen = [int(label) for label in np.flatnonzero((train == 0) & (validation > 0))]
    unchecked = [int(label) for label in np.flatnonzero((validation == 0) & (train > 0))]
    shares = (part / max(part.sum(), 1) for part in (train, validation))
    one, other = shares
    return unseen, unchecked, float(np.abs(one - other).sum() / 2)
