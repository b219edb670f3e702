"""Decides whether a gap is more than chance: several seeds, paired, and the confidence interval of their difference.

Two runs with the same seed share the split, the order of the batches, the initial weights and the dropout masks, so part
of the random effects is the same for both and cancels in the difference. That is why pairs are compared, not two means.

An accuracy is a whole number of right answers, so a few of them are often equal, or nearly, by chance. No scatter then says
little: the true values may lie anywhere within half an image of the count. The noise is therefore never taken to be less than
if they did, alternately above and below. Without the number of images, no scatter means that nothing is known.
Measured on 20,000 pairs of equal runs with 60 images: with two seeds 7 % of them were called different without this, 0.2 %
with it; from three seeds on it is 4.5 to 5.1 % either way.
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
from clsf.runs.happened import Happened
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.runs.record import RunRecord

CONFIDENCE = 0.95
RESAMPLES = 9999  # of the bootstrap; scipy's own default

Method = Literal["t", "bootstrap"]
METHODS: tuple[str, ...] = ("t", "bootstrap")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its confidence interval. Where nothing is known of chance, as with one value, low and high are the mean."""

    mean: float
    low: float
    high: float
    count: int  # values
    method: Method

    @property
    def known(self) -> bool:
        """Whether anything is known of chance: more than one value, and values that scatter."""
        return self.count > 1 and self.high > self.low

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
        """Whether chance can be judged at all: more than one pair, and the scatter of their differences is known."""
        return self.interval.known or self.none

    @property
    def none(self) -> bool:
        """Whether every seed, of several, gave both the very same result."""
        return self.interval.count > 1 and self.interval.mean == self.interval.low == self.interval.high == 0

    @property
    def inside(self) -> bool | None:
        """Whether chance alone may well explain the gap: its interval holds 0. None if nothing is known of chance."""
        return self.interval.low <= 0 <= self.interval.high if self.known else None


def interval(values: Sequence[float], method: str = "t", images: int | None = None) -> Interval:
    """Return the mean of independent values and its 95 % interval. `images`: the number that each is a share of, if it is one.

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
    rounded = 0.5 / images if images else 0.0  # at most, each value
    scatters = np.ptp(array) > 1e-12  # equal shares of the same number of images may differ in their last digits
    if array.size == 1 or (not scatters and not rounded):
        return Interval(mean, mean, mean, array.size, method)
    from scipy import stats

    # The deviation of n values that lie half a step above and below their mean in turn, with n - 1 in the denominator.
    spread = max(float(array.std(ddof=1)), rounded * math.sqrt(array.size / (array.size - 1)))
    if method == "t" or not scatters:
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, array.size - 1)) * spread / math.sqrt(array.size)
        return Interval(mean, mean - half, mean + half, array.size, method)
    result = stats.bootstrap(
        (array,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    half = rounded / math.sqrt(array.size)
    return Interval(mean, min(float(result.low), mean - half), max(float(result.high), mean + half), array.size, method)


def gap(one: Mapping[int, float], two: Mapping[int, float], method: str = "t", images: int | None = None) -> Gap:
    """Return how much higher `two` is than `one`, both seed -> value; seeds in only one of them are left out.

    `images`: the number of images that the values, accuracies, were measured on, if known.

    Raises PlanError if they share no seed.
    """
    seeds = tuple(sorted(one.keys() & two.keys()))
    if not seeds:
        raise PlanError("The runs share no seed, so they can't be compared in pairs; train both with the same seeds.")
    apart = [two[seed] - one[seed] for seed in seeds]
    if not any(apart):  # the very same results: no gap, whatever chance does
        return Gap(Interval(0.0, 0.0, 0.0, len(seeds), method), seeds)
    return Gap(interval(apart, method, images), seeds)


def by_seed(records: Iterable[RunRecord]) -> dict[int, float]:
    """Return seed -> final validation accuracy of the runs that count; the last run of a seed counts."""
    return {record.plan.seed: record.ended.validation_accuracy for record in records if why_not(record) is None}


def why_not(record: RunRecord) -> Sentence | None:
    """Return why a run is no valid result of its plan, None if it is one: it diverged, was cut short, or was changed by hand."""
    if not record.over:
        return say("it is not done yet")
    if record.status != "finished" or record.ended is None or record.ended.validation_accuracy is None:
        return _WHY.get(record.status, say("it has no result"))
    if Happened.of(record).changed:
        return say("its learning rate was changed by hand")
    return None


_WHY = {
    "diverged": say("it diverged"),
    "stopped": say("it was stopped"),
    "cut-off": say("it was cut off"),
    "time-limit": say("its time was up"),
    "failed": say("it failed"),
}


def images_of(records: Iterable[RunRecord]) -> int | None:
    """Return the number of validation images that the runs were measured on, the smallest of them; None if it is not known."""
    return min((record.started.validation_images for record in records if record.started), default=None)


def gap_sentence(gap: Gap) -> Sentence:
    """Return a sentence saying whether a gap in accuracy is within the noise, in percentage points, and by which method."""
    points, how = f"{abs(gap.interval.mean) * 100:.1f}", gap.interval.method_name
    count = gap.interval.count
    if gap.none:
        return say("Both reach exactly the same accuracy with every one of the {count} seeds: there is no gap.", count=count)
    if count > 1 and not gap.known:
        return say(
            "The gap is {points} points with every one of the {count} seeds. A few numbers are easily equal by chance: whether the gap "
            "is chance is not known. Train more seeds.",
            points=points, count=count,
        )  # fmt: skip
    if count == 1 and not gap.interval.mean:
        return say(
            "Both reach exactly the same accuracy, one run each. Whether they do with other seeds is not known. Train more seeds."
        )
    if not gap.known:
        return say(
            "The gap is {points} points, one run each: whether that is chance is not known. Train more seeds.", points=points
        )
    noise = f"{gap.interval.half_width * 100:.1f}"
    if gap.inside:
        return say(
            "The gap of {points} points is inside the noise of {noise} points ({how}).", points=points, noise=noise, how=how
        )
    return say(
        "The gap of {points} points is outside the noise of {noise} points ({how}).", points=points, noise=noise, how=how
    )
