"""How many images are enough: a head on frozen features, trained with 2, 4, 8, 16, … images per class, on several splits.

The head is logistic regression, equivalent to a dense layer with softmax, fitted to convergence by scikit-learn: no epochs and
no learning rate, so that the result depends on the number of images alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.own.recordings import divided

SIZES = (2, 4, 8, 16, 32, 64, 128, 256)
SPLITS = 5
PURPOSE = 8
"""Goes into the seed; see `clsf.data.split.PURPOSE`."""


@dataclass(frozen=True, slots=True)
class Enough:
    """The validation accuracies for a number of training images per class, one per split, as shares."""

    size: int
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))


def curve(features: np.ndarray, labels: np.ndarray, recordings: np.ndarray, whole: bool, splits: int = SPLITS) -> list[Enough]:
    """Return the learning curve: features float (n, d), labels int64 (n,), recordings int64 (n,).

    `whole`: a recording is on one side of each split. A class with fewer images than a size gives all its images; the curve ends
    with the first size that the largest class does not have.
    """
    sides = [divided(labels, recordings, whole, seed) for seed in range(splits)]
    most = max(int(np.bincount(labels[one.train]).max()) for one in sides)
    sizes = [size for size in SIZES if size <= most] or [SIZES[0]]
    points = []
    for size in sizes:
        said = [
            accuracy(features, labels, _first(one.train, labels, size, seed), one.validation) for seed, one in enumerate(sides)
        ]
        points.append(Enough(size, tuple(said)))
    return points


def accuracy(features: np.ndarray, labels: np.ndarray, train: np.ndarray, validation: np.ndarray) -> float:
    """Return the validation accuracy of a head fitted to the training images."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = features[train].mean(axis=0), features[train].std(axis=0) + 1e-6
    head = LogisticRegression(C=0.1, max_iter=300)
    head.fit((features[train] - mean) / deviation, labels[train])
    return float((head.predict((features[validation] - mean) / deviation) == labels[validation]).mean())


def _first(train: np.ndarray, labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Return at most `size` training images of each class, drawn with the seed; a larger draw contains the smaller ones."""
    order = train[shuffled(len(train), PURPOSE, seed)]
    return np.concatenate([order[labels[order] == label][:size] for label in np.unique(labels[train])])
