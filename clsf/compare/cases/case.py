"""Defines a case: a published gap, the conditions under which it arose, and the causes that may explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clsf import checks
from clsf.compare.differences import switched
from clsf.errors import PlanError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say

START = "as-published"
AS_PUBLISHED = say("as published")
SIDE = "torch"  # the framework that is corrected


@dataclass(frozen=True, slots=True)
class Published:
    """The source of a published gap: where to read it, what it claims, and the numbers it gives."""

    where: str  # authors and title, as the source calls itself
    address: str
    claim: Sentence
    numbers: tuple[tuple[Sentence, Sentence], ...] = ()  # (quantity, measured value)


def same(value):
    """Return the argument unchanged: for a cause that does not change the model, or the plan."""
    return value


@dataclass(frozen=True, slots=True)
class CaseCause:
    """One thing that PyTorch did differently. While the cause is active its differences are on and its changes are applied."""

    name: str
    title: Sentence  # the state once the cause is removed, such as "without softmax before the loss"
    differences: tuple[str, ...] = ()
    model: Callable[[ModelSpec], ModelSpec] = same
    plan: Callable[[Plan], Plan] = same


@dataclass(frozen=True, slots=True)
class Case:
    """A published gap between TensorFlow and PyTorch that can be trained again, with one more cause removed at each step.

    PyTorch is the side that is corrected. `reference` is the side it is compared with: a framework with none of the causes, or
    None where the published code of the other side was never in doubt. `carried`: nothing is trained in PyTorch; it gets the
    weights that the reference trained, as after a conversion.
    """

    name: str
    title: Sentence
    question: Sentence  # one sentence that makes the reader curious
    published: Published
    causes: tuple[CaseCause, ...]  # in the order in which they are removed
    settings: Callable[[Plan], Plan]  # the published conditions on a plan's data, epochs and seed
    model: Callable[[int], ModelSpec]  # number of classes -> what the reference trains
    start: Sentence = AS_PUBLISHED
    start_name: str = START
    reference: str | None = "tensorflow"
    carried: bool = False
    recalibrates: bool = False  # whether recomputing the statistics of batch normalisation is the proof
    epochs: int = 5  # default
    lesson: Sentence | None = None  # what to remember

    def cause(self, name: str) -> CaseCause:
        """Return the cause with this name. Raises PlanError listing the known ones."""
        checks.known(PlanError, say("cause"), name, [cause.name for cause in self.causes])
        return next(cause for cause in self.causes if cause.name == name)

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(cause.name for cause in self.causes)

    def title_of(self, step: str) -> Sentence:
        """Return the title of a step: the start, or the cause that was removed."""
        return self.start if step == self.start_name else self.cause(step).title

    def plan(self, plan: Plan, gone: tuple[str, ...] = ()) -> Plan:
        """Return the plan that PyTorch trains without the causes `gone`, from a plan with the case's settings.

        Raises PlanError for an unknown cause.
        """
        for name in gone:
            self.cause(name)
        for cause in self._at_work(gone):
            plan = switched(cause.plan(plan), cause.differences)
        return plan

    def spec(self, classes: int, gone: tuple[str, ...] = ()) -> ModelSpec:
        """Return the model that PyTorch trains without the causes `gone`."""
        spec = self.model(classes)
        for cause in self._at_work(gone):
            spec = cause.model(spec)
        return spec

    def _at_work(self, gone: tuple[str, ...]) -> list[CaseCause]:
        return [cause for cause in self.causes if cause.name not in gone]
