"""Whether two runs may be compared, point by point, before they begin or after they have ended.

Of a run that has begun it is asked what it was (`clsf.runs.happened`), not only what was planned.

green: equal, or without influence. amber: not equal, on purpose or of little weight; to be named with the result.
red: the numbers do not say what they seem to say. Runs on other data or other classes are not compared at all: `refusal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from clsf.compare.differences import ENTRIES
from clsf.data import catalogue
from clsf.errors import PlanError
from clsf.events import RunStarted
from clsf.frameworks import TITLES
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.happened import Happened, trained_between
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.runs.record import RunRecord

Level = Literal["green", "amber", "red"]
LEVELS: tuple[str, ...] = ("green", "amber", "red")


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a comparison: a run that is planned, goes on, or is over."""

    framework: str
    spec: ModelSpec
    plan: Plan
    started: RunStarted | None = None  # None: not known yet
    status: str | None = None  # of the run; None: only planned
    race: bool = False  # whether the other one was, or will be, allowed to train at the same time
    machine: str = ""
    was: Happened = field(default_factory=Happened)  # what it was beyond its plan
    rates: Sequence[float] = ()  # the learning rate of each step that was trained
    run_id: str = ""
    between: tuple[float, float] | None = None  # Unix times between which it was loaded and trained; None: not known
    beside: tuple[str, ...] = ()  # runs that trained on the same machine meanwhile

    @classmethod
    def of(cls, record: RunRecord) -> Contender:
        """Return the contender that a run is."""
        return cls(
            record.framework, record.model, record.plan, record.started, record.status, record.race, record.machine,
            Happened.of(record), record.steps.learning_rates, record.run_id, trained_between(record), record.beside,
        )  # fmt: skip

    @property
    def name(self) -> str:
        return TITLES[self.framework]

    @property
    def rate_varies(self) -> bool:
        """Whether the learning rate is, or may be, not the same at every step."""
        return self.plan.schedule.varies or self.plan.plateau is not None or bool(self.was.changed)

    @property
    def built(self) -> ModelSpec:
        """The model that is really built, the plan's differences included."""
        return changed(self.spec, self.plan.differences)

    @property
    def variant(self) -> str:
        return self.started.variant if self.started else self.plan.variants[self.framework]

    @property
    def scale(self) -> str:
        return "minus-one-one" if self.plan.does("input-scale") else self.plan.preparation.scale

    def layers(self, *kinds: type) -> list:
        """Return the layers of these kinds, those in branches included."""
        return [layer for layer in plain(self.built.layers) if isinstance(layer, kinds)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of the check."""

    level: Level
    topic: str  # a key of TOPICS
    sentence: Sentence


TOPICS: dict[str, Sentence] = {
    "data": say("data"),
    "model": say("model"),
    "weights": say("initial weights"),
    "split": say("split"),
    "scale": say("scale of the inputs"),
    "order": say("order of the batches"),
    "loss": say("input of the loss"),
    "rule": say("optimizer"),
    "regularisation": say("regularisation"),
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


def check(one: RunRecord | Contender, two: RunRecord | Contender) -> list[Finding]:
    """Return the findings on every point, in the order of TOPICS. If the two can't be compared, the first is red and alone."""
    from clsf.compare.fairness_points import POINTS

    first, second = _contender(one), _contender(two)
    why = refusal(first, second)
    if why is not None:
        return [Finding("red", "data", why)]
    return [Finding(level, topic, sentence) for topic, point in POINTS.items() for level, sentence in point(first, second)]


def refusal(one: RunRecord | Contender, two: RunRecord | Contender) -> Sentence | None:
    """Return why the two can't be compared at all, None if they can."""
    first, second = _contender(one), _contender(two)
    if first.plan.data != second.plan.data:
        return say(
            "One run is on '{one}', the other on '{two}': other images and other classes can't be compared.",
            one=catalogue.called(first.plan.data), two=catalogue.called(second.plan.data),
        )  # fmt: skip
    shapes = [c.started.input_shape for c in (first, second) if c.started]
    if len(set(shapes)) == 2 or _prepared(first) != _prepared(second):
        return say("The two runs see the images in another size or colour, so they do not have the same task.")
    return None


def require_comparable(one: RunRecord | Contender, two: RunRecord | Contender) -> None:
    """Raise PlanError with the reason if the two can't be compared."""
    why = refusal(one, two)
    if why is not None:
        raise PlanError(why)


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level among the findings, green if there are none."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="green")


def on_purpose(one: Contender, two: Contender, names: Iterable[str]) -> Iterator[Sentence]:
    """Yield a sentence for each of these differences that only one of the two has."""
    for name in names:
        does = [c for c in (one, two) if c.plan.does(name)]
        if len(does) == 1:
            yield say("On purpose, {who} does this otherwise: {title}.", who=does[0].name, title=ENTRIES[name].title)


def plain(layers: tuple) -> Iterator[object]:
    """Yield every layer that is not a branching one, in order."""
    for layer in layers:
        for _, row in layer.rows():
            yield from plain(row)
        if not layer.rows():
            yield layer


def _prepared(contender: Contender) -> tuple:
    return contender.plan.preparation.image_size, contender.plan.preparation.colour


def _contender(side: RunRecord | Contender) -> Contender:
    return side if isinstance(side, Contender) else Contender.of(side)
