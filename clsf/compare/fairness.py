"""Checks whether two runs may be compared, point by point, before they begin or after they have ended.

For a run that has begun the check uses what happened (`clsf.runs.happened`), not only the plan.

green: equal, or without influence. amber: not equal, on purpose or of little weight; must be reported with the result.
red: the numbers do not mean what they seem to mean. Runs on different data or classes are not compared at all: `refusal`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clsf.compare.contender import LEVELS, Contender, Level
from clsf.compare.fairness_points import POINTS
from clsf.data import catalogue
from clsf.errors import PlanError
from clsf.runs.record import RunRecord
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class FairnessFinding:
    """One point of the check."""

    level: Level
    topic: str  # a key of TOPICS
    sentence: Sentence


TOPICS: dict[str, Sentence] = {
    "data": say("data"),
    "model": say("model"),
    "weights": say("initial weights"),
    "frozen": say("frozen layers"),
    "split": say("split"),
    "scale": say("scale of the inputs"),
    "order": say("order of the batches"),
    "loss": say("input of the loss"),
    "rule": say("optimizer"),
    "regularisation": say("regularisation"),
    "updates": say("from gradients to weights"),
    "schedule": say("learning rate over time"),
    "hands": say("done by hand"),
    "augmentation": say("varied images"),
    "dropout": say("dropout"),
    "stopping": say("stopping"),
    "evaluation": say("evaluation"),
    "dtype": say("precision"),
    "seed": say("seed"),
    "variant": say("variant"),
    "versions": say("versions"),
    "device": say("device"),
    "threads": say("threads"),
    "race": say("at the same time"),
    "end": say("end"),
}


def check(one: RunRecord | Contender, two: RunRecord | Contender) -> list[FairnessFinding]:
    """Return the findings on every point, in the order of TOPICS. If the two can't be compared, the only finding is red."""
    first, second = _contender(one), _contender(two)
    why = refusal(first, second)
    if why is not None:
        return [FairnessFinding("red", "data", why)]
    return [
        FairnessFinding(level, topic, sentence) for topic, point in POINTS.items() for level, sentence in point(first, second)
    ]


def refusal(one: RunRecord | Contender, two: RunRecord | Contender) -> Sentence | None:
    """Return why the two can't be compared at all, None if they can."""
    first, second = _contender(one), _contender(two)
    if first.plan.data != second.plan.data:
        return say(
            "One run is on '{one}', the other on '{two}': other images and other classes can't be compared.",
            one=catalogue.called(first.plan.data), two=catalogue.called(second.plan.data),
        )  # fmt: skip
    shapes = [c.input_shape for c in (first, second)]
    if shapes[0] != shapes[1] or (None in shapes and _prepared(first) != _prepared(second)):
        return say("The two runs see the images in another size or colour, so they do not have the same task.")
    return None


def require_comparable(one: RunRecord | Contender, two: RunRecord | Contender) -> None:
    """Raise PlanError with the reason if the two can't be compared."""
    why = refusal(one, two)
    if why is not None:
        raise PlanError(why)


def worst(findings: Iterable[FairnessFinding]) -> Level:
    """Return the worst level among the findings, green if there are none."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="green")


def _prepared(contender: Contender) -> tuple:
    return contender.plan.preparation.image_size, contender.plan.preparation.colour


def _contender(side: RunRecord | Contender) -> Contender:
    return side if isinstance(side, Contender) else Contender.of(side)
