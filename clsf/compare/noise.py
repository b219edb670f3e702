"""Whether a gap is more than chance: several seeds, paired, and the interval of their difference.

Two runs with the same seed share the split, the order of the batches, the initial weights and the dropout masks, so most
of what chance does is the same for both and falls out of the difference. That is why pairs are compared, not two means.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from clsf import checks
from clsf.checks import field as word
from clsf.errors import PlanError
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.runs.record import RunRecord

CONFIDENCE = 0.95
RESAMPLES = 9999  # of the bootstrap; scipy's own default

Method = Literal["t", "bootstrap"]
METHODS: tuple[str, ...] = ("t", "bootstrap")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where it may well lie. With one value nothing is known of chance: low and high are the value."""

    mean: float
    low: float
    high: float
    count: int  # values
    method: Method

    @property
    def half_width(self) -> float:
        """Half of the interval's width: the noise."""
        return (self.high - self.low) / 2

    @property
    def method_name(self) -> Sentence:
        if self.count < 2:
            return say("one run each")
        if self.method == "t":
            return say("{count} seeds, paired t interval, {percent} %", count=self.count, percent=round(CONFIDENCE * 100))
        return say("{count} seeds, paired bootstrap, {percent} %", count=self.count, percent=round(CONFIDENCE * 100))


@dataclass(frozen=True, slots=True)
class Gap:
    """How far apart two sets of runs are. Positive: the second is higher."""

    interval: Interval  # of the differences, seed by seed
    seeds: tuple[int, ...]

    @property
    def known(self) -> bool:
        """Whether there is more than one pair, so that chance can be judged at all."""
        return self.interval.count > 1

    @property
    def inside(self) -> bool | None:
        """Whether chance alone may well explain the gap: its interval holds 0. None if nothing is known of chance."""
        return self.interval.low <= 0 <= self.interval.high if self.known else None


def interval(values: Sequence[float], method: str = "t") -> Interval:
    """Return the mean of independent values and its 95 % interval.

    t:         mean ± t · s / √n with n - 1 degrees of freedom (Student 1908, Biometrika 6): right for values that scatter
               normally, wide for few of them
    bootstrap: the middle 95 % of the means of RESAMPLES draws with replacement (Efron 1979), which assumes no such shape
               but is too narrow for fewer than about ten values
    """
    checks.known(PlanError, word("method"), method, METHODS)
    array = np.asarray(values, np.float64)
    if not array.size or not np.isfinite(array).all():
        raise PlanError("There are no finished runs to compare; wait for them, or choose others.")
    mean = float(array.mean())
    if array.size == 1 or not np.ptp(array):  # nothing scatters, so both methods would divide by 0
        return Interval(mean, mean, mean, array.size, method)
    from scipy import stats

    if method == "t":
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, array.size - 1)) * float(array.std(ddof=1)) / math.sqrt(array.size)
        return Interval(mean, mean - half, mean + half, array.size, method)
    found = stats.bootstrap(
        (array,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return Interval(mean, float(found.low), float(found.high), array.size, method)


def gap(one: Mapping[int, float], two: Mapping[int, float], method: str = "t") -> Gap:
    """Return how much higher `two` is than `one`, both seed -> value; seeds that only one of them has are left out.

    Raises PlanError if they share no seed.
    """
    seeds = tuple(sorted(one.keys() & two.keys()))
    if not seeds:
        raise PlanError("The runs share no seed, so they can't be compared in pairs; train both with the same seeds.")
    return Gap(interval([two[seed] - one[seed] for seed in seeds], method), seeds)


def by_seed(records: Iterable[RunRecord]) -> dict[int, float]:
    """Return seed -> final validation accuracy of the runs that have one; the last run of a seed counts."""
    return {
        record.plan.seed: record.ended.validation_accuracy
        for record in records
        if record.ended is not None and record.ended.validation_accuracy is not None
    }


def gap_sentence(found: Gap) -> Sentence:
    """Say whether a gap in accuracy is inside the noise, in percentage points, and by which method."""
    points, how = f"{abs(found.interval.mean) * 100:.1f}", found.interval.method_name
    if not found.known:
        return say(
            "The gap is {points} points, one run each: whether that is chance can't be told. Train more seeds.", points=points
        )
    noise = f"{found.interval.half_width * 100:.1f}"
    if found.inside:
        return say(
            "The gap of {points} points is inside the noise of {noise} points ({how}).", points=points, noise=noise, how=how
        )
    return say(
        "The gap of {points} points is outside the noise of {noise} points ({how}).", points=points, noise=noise, how=how
    )
