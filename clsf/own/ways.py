"""The same images taught in three ways, each on several splits: the comparison.

A validation set of a dozen images says little: one image more or less is 8 percentage points. So each way is evaluated on several
splits, and the mean is reported with its interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, stdev

SPLITS = 3
T_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Number of values -> Student's t for 95 %, two-sided."""


@dataclass(frozen=True, slots=True)
class JudgedTraining:
    """One training: its validation accuracy after the last epoch, a share, and the seconds that it took."""

    accuracy: float
    seconds: float


def interval(values: list[float]) -> tuple[float, float, float] | None:
    """Return mean, lower and upper end of the 95 % interval of the mean by Student's t, cut to [0, 1]; None for less than two values.

    Splits of one set share images, so the true interval is somewhat wider. Source: Nadeau & Bengio 2003, section 3, whose
    correction for it is used: the variance is multiplied by 1 / n + validation / training, here 1 / n + 1 / 4.
    """
    if len(values) < 2:
        return None
    middle, deviation = mean(values), stdev(values)
    half = T_95[min(len(values), 10)] * deviation * (1 / len(values) + 0.25) ** 0.5
    return middle, max(middle - half, 0.0), min(middle + half, 1.0)
