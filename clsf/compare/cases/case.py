"""What a case is: a published gap, the conditions it arose under, and the causes that may explain it."""

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
    """Where a gap can be read, what was claimed there, and the numbers that were given."""

    where: str  # authors and title, as the source calls itself
    address: str
    claim: Sentence
    numbers: tuple[tuple[Sentence, Sentence], ...] = ()  # what was measured, and what it was


def same(value):
    """Return what is given: a cause that changes no model, or no plan."""
    return value


@dataclass(frozen=True, slots=True)
class CaseCause:
    """One thing that PyTorch did otherwise. While it is at work its differences are on, and its changes are made."""

    name: str
    title: Sentence  # what it is like once it is taken away, "without softmax before the loss"
    differences: tuple[str, ...] = ()
    model: Callable[[ModelSpec], ModelSpec] = same
    plan: Callable[[Plan], Plan] = same


@dataclass(frozen=True, slots=True)
class Case:
    """A published gap between TensorFlow and PyTorch that can be trained again, with one cause less at each step.

    PyTorch is the side that is corrected. `reference` is what it is laid beside: a framework with none of the causes, or None
    where the published code of the other side was never in doubt. `carried`: nothing is trained in PyTorch; it gets the
    weights that the reference trained, as after a conversion.
    """

    name: str
    title: Sentence
    question: Sentence  # one sentence that makes the reader curious
    published: Published
    causes: tuple[CaseCause, ...]  # in the order in which they are taken away
    settings: Callable[[Plan], Plan]  # the published conditions on a plan's data, epochs and seed
    model: Callable[[int], ModelSpec]  # number of classes -> what the reference trains
    start: Sentence = AS_PUBLISHED
    start_name: str = START
    reference: str | None = "tensorflow"
    carried: bool = False
    recalibrates: bool = False  # whether statistics of batch normalisation, computed anew, are the proof
    epochs: int = 5  # to begin with
    lesson: Sentence | None = None  # what to remember

    def cause(self, name: str) -> CaseCause:
        """Return the cause of that name. Raises PlanError listing the known ones."""
        checks.known(PlanError, say("cause"), name, [cause.name for cause in self.causes])
        return next(cause for cause in self.causes if cause.name == name)

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(cause.name for cause in self.causes)

    def title_of(self, step: str) -> Sentence:
        """Return the words for a step: the start, or the cause that was taken away."""
        return self.start if step == self.start_name else self.cause(step).title

    def plan(self, plan: Plan, gone: tuple[str, ...] = ()) -> Plan:
        """Return what PyTorch trains without the causes `gone`, of a plan with the case's settings. Raises PlanError for an unknown one."""
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
