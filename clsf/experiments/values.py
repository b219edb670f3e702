"""An experiment before it runs: arms, each one model and one plan, to be trained in one framework or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clsf import FRAMEWORKS, checks
from clsf.errors import PlanError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say

MOST_RUNS = 24

Varied = tuple[tuple[str, Sentence], ...]
"""What sets an arm apart: name of the setting, and its value as a reader reads it."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One thing that is tried."""

    varied: Varied
    spec: ModelSpec
    plan: Plan

    @property
    def label(self) -> Sentence:
        return label(self.varied)


@dataclass(frozen=True, slots=True)
class Experiment:
    """All arms of an experiment. Raises PlanError if there are fewer than two runs or more than MOST_RUNS."""

    kind: str  # a key of `clsf.experiments.sets.KINDS`
    arms: tuple[Arm, ...]
    frameworks: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in self.frameworks:
            checks.known(PlanError, say("framework"), name, FRAMEWORKS)
        if not self.frameworks:
            raise PlanError("No framework was chosen; choose one of {names}, or both.", names=", ".join(FRAMEWORKS))
        if len(self.arms) < 2:
            raise PlanError(
                "An experiment compares at least two runs, but this is {count}. Vary something.", count=len(self.arms)
            )
        if self.runs > MOST_RUNS:
            raise PlanError(
                "That would be {count} runs, but an experiment may have {most} at once. Take values away, or train in one framework.",
                count=self.runs, most=MOST_RUNS,
            )  # fmt: skip

    @property
    def runs(self) -> int:
        return len(self.arms) * len(self.frameworks)


def label(varied: Sequence[tuple[str, Sentence]], but: Sequence[str] = ()) -> Sentence:
    """Return an arm's title: the values that set it apart, without those of the settings in `but`."""
    values = [value for name, value in varied if name not in but]
    if not values:
        return say("all alike")
    whole = values[0]
    for value in values[1:]:
        whole = say("{one} · {other}", one=whole, other=value)
    return whole


def text(value: object) -> Sentence:
    """Return a value as a sentence that is the same in every language."""
    return say("{name}", name=f"{value:g}" if isinstance(value, float) else str(value))
