"""Rejecting uncertain predictions: a threshold for the probability, from images that were not trained on.

Softmax shares 100 % among the classes it knows, so an object of no class gets a prediction too. Two steps turn it into "unknown":

1. Calibration: one temperature, by which all scores are divided, so that the probabilities of validation images match
   the accuracy. Source: Guo et al. 2017, arXiv:1706.04599, section 4.2. With few images it would diverge, so the targets are
   smoothed as by Platt 1999: of n images, (n + 1) / (n + 2) instead of 1.
2. The threshold: all but a small share of images of known classes pass it. Source: split conformal prediction, Vovk et al.
   2005; Angelopoulos & Bates 2021, arXiv:2107.07511, section 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np

REJECTED = 0.05  # share of images of known classes that may be rejected
TEMPERATURES = 0.25, 8.0  # search range
STEPS = 60  # of the search: each narrows the range to 0.62 of it


@dataclass(frozen=True, slots=True)
class Threshold:
    """A temperature, the smallest probability of an accepted prediction, and the number of images behind them."""

    temperature: float
    least: float
    images: int

    def calibrated(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities, float64 (n, classes), at this temperature."""
        return at_temperature(probabilities, self.temperature)

    def knows(self, probabilities: np.ndarray) -> np.ndarray:
        """Return for each row whether its prediction is certain enough, bool (n,)."""
        return self.calibrated(probabilities).max(axis=1) >= self.least


def threshold(probabilities: np.ndarray, labels: np.ndarray, rejected: float = REJECTED) -> Threshold:
    """Return the threshold for validation images: probabilities float64 (n, classes), labels int64 (n,), n at least 1.

    With fewer than 1 / `rejected` - 1 images no threshold can guarantee that share; then the smallest of all is used.
    """
    temperature = _temperature(probabilities, labels)
    highest = np.sort(at_temperature(probabilities, temperature).max(axis=1))
    place = floor(rejected * (len(highest) + 1))  # from 1: as many lie at or below it
    return Threshold(temperature, float(highest[max(place - 1, 0)]), len(highest))


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(log p / temperature), row by row: dividing the scores does the same."""
    scores = np.log(np.maximum(probabilities, 1e-30)) / temperature
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    return shares / shares.sum(axis=1, keepdims=True)


def _temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    count, classes = probabilities.shape
    right = (count + 1) / (count + 2)
    targets = np.full((count, classes), (1 - right) / max(classes - 1, 1))
    targets[np.arange(count), labels] = right

    def loss(log_temperature: float) -> float:
        shares = at_temperature(probabilities, float(np.exp(log_temperature)))
        return float(-(targets * np.log(np.maximum(shares, 1e-300))).sum(axis=1).mean())

    # Golden section: the loss has a single minimum in the logarithm of the temperature.
    low, high = np.log(TEMPERATURES[0]), np.log(TEMPERATURES[1])
    golden = (5**0.5 - 1) / 2
    one, two = high - golden * (high - low), low + golden * (high - low)
    of_one, of_two = loss(one), loss(two)
    for _ in range(STEPS):
        if of_one <= of_two:
            high, two, of_two = two, one, of_one
            one = high - golden * (high - low)
            of_one = loss(one)
        else:
            low, one, of_one = one, two, of_two
            two = low + golden * (high - low)
            of_two = loss(two)
    return float(np.exp((low + high) / 2))
