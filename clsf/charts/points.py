"""Reduces long series for drawing: thinning that keeps extremes, and smoothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_POINTS = 1000


def thinned(values: Sequence[float] | np.ndarray, most: int = MOST_POINTS) -> list[int]:
    """Return at most `most` indices into `values`, in order: the first, the last, and the minimum and maximum of each segment.

    Segments have a power of two as length, so they stay in place while values are added: a drawn line does not flicker.
    A value that is not finite is kept only where a segment has nothing else.
    """
    count = len(values)
    if count <= most:
        return list(range(count))
    stretch = 2
    while 2 * -(-count // stretch) + 2 > most:
        stretch *= 2
    starts = np.arange(0, count, stretch)
    filled = np.full(len(starts) * stretch, np.nan)
    filled[:count] = values
    stretches = filled.reshape(-1, stretch)
    finite = np.isfinite(stretches)
    least = starts + np.where(finite, stretches, np.inf).argmin(axis=1)  # the first one where nothing is finite
    greatest = starts + np.where(finite, stretches, -np.inf).argmax(axis=1)
    return np.unique(np.concatenate([[0], least, greatest, [count - 1]])).tolist()


def smoothed(values: Sequence[float] | np.ndarray, weight: float) -> np.ndarray:
    """Return the exponential moving average; `weight` in [0, 1) is the weight of the past, 0 changes nothing.

    Corrected for its start (each average is divided by the weights it has seen so far, as Adam's moments are), so the
    first value is the first value, not a step from zero. A value that is not finite becomes nan.
    """
    given = np.asarray(values, dtype=np.float64)
    if weight <= 0:
        return given
    import pandas as pd  # the import takes a third of a second, and the first page need not wait for it

    means = pd.Series(given).ewm(alpha=1 - weight, adjust=True).mean().to_numpy()
    return np.where(np.isfinite(given), means, np.nan)
