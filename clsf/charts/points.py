"""Many numbers made few and calm: thinning that keeps extremes, and smoothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

import pandas as pd

MOST_POINTS = 1000


def thinned(values: Sequence[float], most: int = MOST_POINTS) -> list[int]:
    """Return at most `most` indices into `values`, in order: the first, the last, and each stretch's least and greatest.

    Stretches are a power of two long, so they stay where they are while values are added: a drawn line does not tremble.
    A value that is no number is kept only where a stretch has nothing else.
    """
    count = len(values)
    if count <= most:
        return list(range(count))
    stretch = 2
    while 2 * -(-count // stretch) + 2 > most:
        stretch *= 2
    kept = {0, count - 1}
    for start in range(0, count, stretch):
        inside = range(start, min(start + stretch, count))
        finite = [i for i in inside if isfinite(values[i])] or inside[:1]
        kept.add(min(finite, key=values.__getitem__))
        kept.add(max(finite, key=values.__getitem__))
    return sorted(kept)


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average; `weight` in [0, 1) is what the past counts for, 0 changes nothing.

    Corrected for its start (each average is divided by the weights it has seen so far, as Adam's moments are), so the
    first value is the first value, not a step from zero. What is no number stays none.
    """
    if weight <= 0:
        return list(values)
    means = pd.Series(values, dtype="float64").ewm(alpha=1 - weight, adjust=True).mean()
    return [mean if isfinite(value) else nan for mean, value in zip(means, values, strict=True)]
