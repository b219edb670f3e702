"""One side of a comparison, and the questions that two sides are compared by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from clsf.compare.differences import ENTRIES
from clsf.data import catalogue
from clsf.data.resize import prepared_shape
from clsf.errors import ClsfError
from clsf.events import RunStarted
from clsf.frameworks import TITLES
from clsf.model.changes import changed
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.model.walk import plain_layers
from clsf.plan import Plan
from clsf.runs.happened import Happened, trained_between
from clsf.runs.record import RunRecord
from clsf.words import Sentence, say

Level = Literal["green", "amber", "red"]
LEVELS: tuple[str, ...] = ("green", "amber", "red")

TORCH_ALONE = ("clip-norm", "class-weight-mean")
"""Differences that only the PyTorch side can have."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a comparison: a run that is planned, in progress or over."""

    framework: str
    spec: ModelSpec
    plan: Plan
    started: RunStarted | None = None  # None: not known yet
    status: str | None = None  # of the run; None: only planned
    race: bool = False  # whether the other side was, or will be, allowed to train at the same time
    machine: str = ""
    was: Happened = field(default_factory=Happened)  # what happened beyond its plan
    rates: Sequence[float] = ()  # the learning rate of each step that was trained
    run_id: str = ""
    between: tuple[float, float] | None = None  # Unix times between which it was loaded and trained; None: not known
    beside: tuple[str, ...] = ()  # runs that trained on the same machine at the same time

    @classmethod
    def of(cls, record: RunRecord) -> Contender:
        """Return the contender for a run."""
        return cls(
            record.framework, record.model, record.plan, record.started, record.status, record.race, record.machine,
            Happened.of(record), record.steps.learning_rates, record.run_id, trained_between(record), record.beside,
        )  # fmt: skip

    @property
    def name(self) -> str:
        return TITLES[self.framework]

    @property
    def rate_varies(self) -> bool:
        """Whether the learning rate varies, or may vary, between steps."""
        return self.plan.schedule.varies or self.plan.plateau is not None or bool(self.was.changed)

    @property
    def built(self) -> ModelSpec:
        """The model that is actually built, the plan's differences included."""
        return changed(self.spec, self.plan.differences)

    @property
    def variant(self) -> str:
        return self.started.variant if self.started else self.plan.variants[self.framework]

    @property
    def scale(self) -> str:
        return self.plan.scale

    @property
    def input_shape(self) -> Shape | None:
        """The shape of the model's input; None if it can't be known because the data set is gone."""
        if self.started:
            return self.started.input_shape
        try:
            return prepared_shape(catalogue.info(self.plan.data), self.plan.preparation)
        except ClsfError:
            return None

    def idle(self, difference: str) -> bool:
        """Return whether switching this difference on is known to change nothing for this model and plan."""
        if self.framework == "tensorflow" and difference in TORCH_ALONE:
            return True
        try:
            return (
                ENTRIES[difference].idle(self.spec.analyse(self.input_shape), self.plan) is not None
                if self.input_shape
                else False
            )
        except ClsfError:
            return False

    @property
    def dropping(self) -> list:
        """The layers that set values to 0 while training."""
        return [layer for layer in plain_layers(self.built.layers) if layer.drops and layer.rate > 0]

    def layers(self, *roles: str) -> list:
        """Return the layers that have one of these roles, those in branches included."""
        return [layer for layer in plain_layers(self.built.layers) if layer.role in roles]


def on_purpose(one: Contender, two: Contender, names: Iterable[str]) -> Iterator[Sentence]:
    """Yield a sentence for each of these differences that only one of the two sides has and that has an effect there."""
    for name in names:
        does = [c for c in (one, two) if c.plan.does(name) and not c.idle(name)]
        if len(does) == 1:
            yield say("On purpose, {who} does this differently: {title}.", who=does[0].name, title=ENTRIES[name].title)
