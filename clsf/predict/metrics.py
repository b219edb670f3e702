"""Quality measures of predictions, from scikit-learn where available: all functions take labels and probabilities.

labels: int (n,); probabilities: float (n, classes), rows summing to 1. The prediction is the class with the largest probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

Z95 = 1.959963984540054  # 95 % of a normal distribution is within this many standard deviations


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share and the interval that contains the true share in 95 of 100 such samples."""

    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class PerClass:
    """One number per class, float64 (classes,); `support` counts images."""

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Predictions grouped by confidence: bins of equal width from 0 to 1; empty ones are left out."""

    low: np.ndarray  # where a bin begins
    sure: np.ndarray  # mean probability of the predictions in it
    right: np.ndarray  # share of correct predictions in it
    counts: np.ndarray
    error: float  # expected calibration error: mean |sure - right|, weighted by counts


def answers(probabilities: np.ndarray) -> np.ndarray:
    """Return the class with the largest probability; the first one of equals."""
    return probabilities.argmax(axis=1)


def accuracy(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the share of correct predictions, counted by hand as in the lecture."""
    return int((answers(probabilities) == labels).sum()) / len(labels)


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -log(probability of the label), nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float64).tiny)).mean())


def wilson(right: int, count: int) -> ShareInterval:
    """Return the share right / count with Wilson's score interval, 95 %.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953. It stays within [0, 1], also when all are right.
    """
    share, z2 = right / count, Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    # If all or none are right, the bound is exactly 1 or 0; rounding misses it slightly.
    low, high = (0.0 if right == 0 else middle - half), (1.0 if right == count else middle + half)
    return ShareInterval(share, low, high, count)


def paired_difference(labels: np.ndarray, one: np.ndarray, two: np.ndarray, seed: int = 0, rounds: int = 2000) -> ShareInterval:
    """Return how much more often the second was right than the first, on the same images: paired bootstrap, 95 %.

    `share` is the difference of the accuracies, in [-1, 1]. Images are drawn with replacement, both models' answers
    together; the interval runs from the 2.5th to the 97.5th percentile. Source: Efron & Tibshirani 1993, chapter 13.
    """
    better = (answers(two) == labels).astype(np.int64) - (answers(one) == labels)
    count = len(labels)
    # Only how many images are better, equal and worse matters, so the draw is one of three counts.
    shares = np.array([(better == v).sum() for v in (-1, 0, 1)]) / count
    drawn = np.random.default_rng(seed).multinomial(count, shares, size=rounds)
    differences = (drawn[:, 2] - drawn[:, 0]) / count
    low, high = np.percentile(differences, [2.5, 97.5])
    return ShareInterval(float(better.mean()), float(low), float(high), count)


def confusion(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return int64 (classes, classes): row: the label, column: the prediction."""
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(labels, answers(probabilities), labels=np.arange(probabilities.shape[1]))


def per_class(labels: np.ndarray, probabilities: np.ndarray) -> PerClass:
    """Return precision, recall and F1 of every class; 0 for a division by zero."""
    from sklearn.metrics import precision_recall_fscore_support

    scores = precision_recall_fscore_support(
        labels, answers(probabilities), labels=np.arange(probabilities.shape[1]), zero_division=0.0
    )
    return PerClass(*(np.asarray(column, np.float64) for column in scores[:3]), np.asarray(scores[3], np.int64))


def calibration(labels: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Calibration:
    """Return the accuracy by confidence. Source: Guo et al. 2017, arXiv:1706.04599, section 2."""
    sure = probabilities.max(axis=1)
    right = answers(probabilities) == labels
    number = np.minimum((sure * bins).astype(int), bins - 1)
    counts = np.bincount(number, minlength=bins)
    there = counts > 0
    means = np.bincount(number, sure, bins)[there] / counts[there]
    shares = np.bincount(number, right, bins)[there] / counts[there]
    error = float((np.abs(means - shares) * counts[there]).sum() / len(labels))
    return Calibration((np.arange(bins) / bins)[there], means, shares, counts[there], error)


def confident_mistakes(labels: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Return the wrongly predicted images, the most confident first."""
    wrong = np.flatnonzero(answers(probabilities) != labels)
    sure = probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-sure, kind="stable")][:count]


def disagreements(one: np.ndarray, two: np.ndarray, count: int) -> np.ndarray:
    """Return the images that two models predict differently, those with the largest gap in probability first.

    The gap is the largest difference of the two probabilities of one class.
    """
    apart = np.flatnonzero(answers(one) != answers(two))
    return apart[np.argsort(-gap(one, two)[apart], kind="stable")][:count]


def gap(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return for every image the largest difference between the two models' probabilities of one class."""
    return np.abs(one - two).max(axis=1)


def in_cell(labels: np.ndarray, probabilities: np.ndarray, shown: int, answered: int) -> np.ndarray:
    """Return the images of class `shown` that were predicted as `answered`, the most confident first."""
    where = np.flatnonzero((labels == shown) & (answers(probabilities) == answered))
    return where[np.argsort(-probabilities[where, answered], kind="stable")]
