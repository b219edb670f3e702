"""Which arm is ahead, by how much, and whether that is more than chance.

With several seeds the two best are compared seed by seed (`clsf.compare.noise`). With one run each nothing is known of the
effect of a seed; only the uncertainty from the number of images that an accuracy was measured on is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clsf import FRAMEWORKS
from clsf.compare import noise
from clsf.compare.noise import Gap, Interval
from clsf.experiments.start import Member
from clsf.experiments.values import label
from clsf.frameworks import TITLES
from clsf.words import Sentence, say, say_n

NORMAL = 1.959963984540054  # 97.5 % of a normal distribution lie below: scipy.stats.norm.ppf(0.975)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What one arm reached in one framework, over its seeds."""

    arm: int  # the first of its places
    label: Sentence
    framework: str
    accuracies: dict[int, float]  # seed -> final accuracy on the validation images
    images: int  # validation images

    @property
    def mean(self) -> float:
        return sum(self.accuracies.values()) / len(self.accuracies)

    @property
    def interval(self) -> Interval:
        """Mean and 95 % t interval over the seeds; with one seed only the value."""
        return noise.interval(list(self.accuracies.values()), images=self.images)


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """The result of one framework's runs. `chance`: whether the margin may well be chance."""

    framework: str
    scores: tuple[Score, ...]  # the best first
    margin: float | None  # between the two best, a fraction; None with one arm alone
    noise: float | None  # half width of what chance does to the margin, a fraction
    chance: bool | None
    sentence: Sentence


def scores(members: Iterable[Member]) -> list[Score]:
    """Return the results of the finished runs: one score per arm and framework; runs that differ only in the seed are combined."""
    groups: dict[tuple, list[Member]] = {}
    for member in members:
        record = member.record
        if noise.why_not(record) is None:
            key = (FRAMEWORKS.index(record.framework), record.model, record.plan.but(seed=0))
            groups.setdefault(key, []).append(member)
    return [
        Score(
            same[0].arm, label(same[0].varied, but=("seed",)), same[0].record.framework, noise.by_seed(m.record for m in same),
            same[0].record.started.validation_images,
        )
        for _, same in sorted(groups.items(), key=lambda item: (item[0][0], item[1][0].arm))
    ]  # fmt: skip


def verdicts(members: Sequence[Member]) -> list[Verdict]:
    """Return what is to be said, one for each framework that has finished runs, in the order of FRAMEWORKS."""
    all_scores = scores(members)
    return [
        _verdict(name, sorted((s for s in all_scores if s.framework == name), key=lambda s: -s.mean))
        for name in FRAMEWORKS
        if any(s.framework == name for s in all_scores)
    ]


def agreement(verdicts: Sequence[Verdict]) -> Sentence | None:
    """Return whether both frameworks have the same best arm; None if there is nothing to compare."""
    if len(verdicts) < 2 or not all(v.margin for v in verdicts):
        return None
    one, two = verdicts[0].scores[0], verdicts[1].scores[0]
    if one.arm == two.arm:
        return say("Both frameworks have the same one ahead: {name}.", name=one.label)
    return say(
        "The frameworks do not have the same one ahead: {one} in {first}, {two} in {second}. So the order is not settled.",
        one=one.label, first=TITLES[one.framework], two=two.label, second=TITLES[two.framework],
    )  # fmt: skip


def image_noise(one: float, two: float, images: int) -> float:
    """Return the uncertainty of the gap of two accuracies from the number of images they were measured on: half of 95 %.

    Two independent proportions, normal approximation: 1.96 · √((p(1-p) + q(1-q)) / n). Both were measured on the same images,
    which makes the true noise smaller, so this errs on the careful side. What another seed does comes on top.
    """
    return NORMAL * math.sqrt((one * (1 - one) + two * (1 - two)) / images)


def tied(margin: float) -> bool:
    """Return whether two accuracies, shares of the same number of images, are the same except for rounding."""
    return abs(margin) < 1e-9


def _verdict(framework: str, scores: list[Score]) -> Verdict:
    if len(scores) == 1:
        return _alone(framework, scores[0])
    best, second = scores[0], scores[1]
    margin = best.mean - second.mean
    if len(best.accuracies.keys() & second.accuracies.keys()) > 1:
        gap = noise.gap(second.accuracies, best.accuracies, images=min(best.images, second.images))
        return Verdict(
            framework, tuple(scores), gap.interval.mean, gap.interval.half_width, gap.inside, _paired(best, second, gap)
        )
    wide = image_noise(best.mean, second.mean, best.images)
    chance = margin <= wide
    return Verdict(framework, tuple(scores), margin, wide, chance, _single(best, second, margin, wide, chance))


def _paired(best: Score, second: Score, gap: Gap) -> Sentence:
    if tied(gap.interval.mean):
        return say(
            "{best} and {second} are equal with a mean of {accuracy}. {gap}",
            best=best.label, second=second.label, accuracy=_percent(best.mean), gap=noise.gap_sentence(gap),
        )  # fmt: skip
    return say(
        "{best} is ahead with a mean of {accuracy}, before {second} with {other}. {gap}",
        best=best.label, accuracy=_percent(best.mean), second=second.label, other=_percent(second.mean), gap=noise.gap_sentence(gap),
    )  # fmt: skip


def _single(best: Score, second: Score, margin: float, wide: float, chance: bool) -> Sentence:
    values = {
        "best": best.label, "accuracy": _percent(best.mean), "second": second.label, "points": _points(margin), "noise": _points(wide),
        "count": best.images,
    }  # fmt: skip
    if tied(margin):
        return say_n(
            "{best} and {second} are equal with {accuracy}. One run each, measured on {count} image: gaps below {noise} points may "
            "be chance.",
            "{best} and {second} are equal with {accuracy}. One run each, measured on {count} images: gaps below {noise} points may "
            "be chance.",
            best.images,
            **values,
        )
    if chance:
        return say_n(
            "{best} is ahead with {accuracy}, {points} points before {second}. One run each, measured on {count} image: gaps below "
            "{noise} points may be chance, so there is no winner yet. Train more seeds.",
            "{best} is ahead with {accuracy}, {points} points before {second}. One run each, measured on {count} images: gaps below "
            "{noise} points may be chance, so there is no winner yet. Train more seeds.",
            best.images,
            **values,
        )
    return say_n(
        "{best} is ahead with {accuracy}, {points} points before {second}. That is more than the {noise} points that measuring on "
        "{count} image explains; what another seed would do is not known. Train more seeds to be sure.",
        "{best} is ahead with {accuracy}, {points} points before {second}. That is more than the {noise} points that measuring on "
        "{count} images explains; what another seed would do is not known. Train more seeds to be sure.",
        best.images,
        **values,
    )


def _alone(framework: str, only: Score) -> Verdict:
    count, interval = len(only.accuracies), only.interval
    if count < 2:
        sentence = say("One run is done, with an accuracy of {accuracy}.", accuracy=_percent(only.mean))
        return Verdict(framework, (only,), None, None, None, sentence)
    wide = between_single_runs(list(only.accuracies.values()), only.images)
    sentence = say(
        "The mean of {count} seeds is {mean}, with a 95 % interval from {low} to {high}; the runs lie between {least} and {most}. Two "
        "single runs may differ by {noise} points through the seed alone.",
        count=count, mean=_percent(interval.mean), low=_percent(interval.low), high=_percent(interval.high),
        least=_percent(min(only.accuracies.values())), most=_percent(max(only.accuracies.values())), noise=_points(wide),
    )  # fmt: skip
    return Verdict(framework, (only,), None, wide, None, sentence)


def between_single_runs(values: Sequence[float], images: int) -> float:
    """Return how far two runs that differ in the seed alone may lie apart, 95 %: t · s · √2, with n - 1 degrees of freedom.

    s is not taken for less than half an image on both sides of the mean in turn, see `clsf.compare.noise`.
    """
    import numpy as np
    from scipy import stats

    spread = max(float(np.std(values, ddof=1)), 0.5 / images * math.sqrt(len(values) / (len(values) - 1)))
    return float(stats.t.ppf(0.975, len(values) - 1) * spread * math.sqrt(2))


def _percent(fraction: float) -> str:
    return f"{fraction:.1%}"


def _points(fraction: float) -> str:
    return f"{abs(fraction) * 100:.1f}"
