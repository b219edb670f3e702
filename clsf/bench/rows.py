"""The results of a benchmark: one row per thing measured, with the spread of its repeats and the target."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

DRAWS = 2000
LEAST_REPEATS = 5
NARROW, FAIR = 0.1, 0.2  # width of the interval, as a share of the median


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a median."""

    value: float
    at: Literal["least", "most"]

    def met(self, value: float) -> bool:
        return value >= self.value if self.at == "least" else value <= self.value

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"

    @property
    def sign(self) -> str:
        return "≥" if self.at == "least" else "≤"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One thing measured several times."""

    name: str  # "tensorflow/lecture-cnn/batch-32/over-fit-without-xla"
    median: float
    low: float  # of the interval that the median is in, with 95 % (bootstrap over the repeats)
    high: float
    unit: str  # "ratio", "s", "ms", "MB", "share", …
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None where there is none."""
        return None if self.target is None else self.target.met(self.median)

    def to_json(self) -> dict:
        target = None if self.target is None else self.target.value
        numbers = {"median": _short(self.median), "low": _short(self.low), "high": _short(self.high)}
        return {"name": self.name, **numbers, "unit": self.unit, "target": target, "met": self.met}


def row(name: str, values: Sequence[float], unit: str, target: Target | None = None) -> Measurement:
    """Return the row of these repeats. Raises ValueError if there are none."""
    low, high = interval(values)
    return Measurement(name, statistics.median(values), low, high, unit, target)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % confidence interval of the median.

    Percentile bootstrap: the median of as many values drawn from these with replacement, 2,000 times (Efron 1979). The draws are
    the same at each call. With one value it is that value twice.
    """
    draws = np.random.default_rng(0).choice(np.asarray(values, "float64"), (DRAWS, len(values)))
    low, high = np.quantile(np.median(draws, axis=1), (0.025, 0.975))
    return float(low), float(high)


def enough(values: Sequence[float], target: Target | None = None) -> bool:
    """Return whether more repeats would add little: the median of these ratios is known to ± 5 %.

    To ± 10 % where the outcome is clear: the whole interval meets the target or misses it, or there is none.
    """
    if len(values) < LEAST_REPEATS:
        return False
    low, high = interval(values)
    decided = target is None or target.met(low) == target.met(high)
    return high - low <= (FAIR if decided else NARROW) * statistics.median(values)


def ratios(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return how many times as fast our loop was, repeat by repeat: each pair was measured one right after the other.

    Both are seconds for the same work.
    """
    return [other / own for own, other in zip(ours, others, strict=True)]


def _short(value: float) -> float:
    return float(f"{value:.4g}")
