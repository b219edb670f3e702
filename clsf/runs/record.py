"""RunRecord: everything known about one run, built from its events. The same for a live run and one of last week."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from clsf.events import (
    BatchesEnded,
    BestEpoch,
    DataProgress,
    EpochEnded,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
    StoppedEarly,
    WeightsRestored,
)
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.numbers import Numbers
from clsf.words import Sentence

_FINAL = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")

Status = Literal[
    "queued", "preparing", "running", "paused", "finished", "stopped", "diverged", "cut-off", "time-limit", "failed"
]
OVER: tuple[str, ...] = ("finished", "stopped", "diverged", "cut-off", "time-limit", "failed")

STATUSES: tuple[str, ...] = get_args(Status)

STEPS_KEPT = 5
"""Steps in detail that a record keeps; all of them are in the store's events."""


@dataclass
class Steps:
    """One number per step trained so far; index 0 is step 1."""

    losses: Numbers = field(default_factory=Numbers)
    accuracies: Numbers = field(default_factory=Numbers)
    gradient_norms: Numbers = field(default_factory=Numbers)  # empty where the variant does not tell
    learning_rates: Numbers = field(default_factory=Numbers)
    seconds: Numbers = field(default_factory=Numbers)  # of training when the step had ended, pauses left out
    images_per_second: Numbers = field(default_factory=Numbers)

    def __len__(self) -> int:
        return len(self.losses)


@dataclass
class RunRecord:
    """One run of one framework. `version` grows with every event, so a page can tell whether there is something new.

    Written by one thread (the store, under its lock) and read by many: lists only grow.
    """

    run_id: str
    group: str  # runs that were started together share it
    framework: str
    model: ModelSpec
    plan: Plan
    created: float  # Unix time
    owner: str = ""  # who started it: a random id of a browser session, or "cli"
    race: bool = False  # whether it was allowed to train together with others of its group or its experiment
    machine: str = ""  # description of the machine it ran on; "" until a worker takes it
    status: Status = "queued"
    version: int = 0
    progress: DataProgress | None = None
    started: RunStarted | None = None
    steps: Steps = field(default_factory=Steps)
    epochs: list[EpochEnded] = field(default_factory=list)
    learning_rate: float | None = None  # in force, or asked for and in force from the next step on
    rate_changes: list[LearningRateChanged] = field(default_factory=list)
    pauses: int = 0
    steps_by_hand: int = 0  # steps taken one by one while it was paused
    looks_asked: int = 0  # steps that were asked for in detail
    updated: float | None = field(
        default=None, compare=False, repr=False
    )  # Unix time at which the store last heard of it; None: it did not come from a file
    beside: tuple[str, ...] = field(
        default=(), compare=False, repr=False
    )  # runs that trained on the same machine at the same time, as far as the store knows
    best: BestEpoch | None = None  # the best epoch so far, if the plan asks which it is
    stopped_early: StoppedEarly | None = None
    restored: WeightsRestored | None = None
    layers_looked: list[LayersInspected] = field(default_factory=list)
    predictions_looked: list[PredictionsInspected] = field(default_factory=list)
    steps_looked: list[StepInspected] = field(default_factory=list)  # the last STEPS_KEPT
    looking_seconds: float = 0.0  # cost of looking inside so far, in addition to training and validation
    ended: RunEnded | None = None
    failure: Sentence | None = None

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def final(self) -> RunEnded | EpochEnded | None:
        """The event with the losses and accuracies of the weights: RunEnded if it has them, else the last whole epoch; or None."""
        if self.ended is not None and self.ended.validation_accuracy is not None:
            return self.ended
        return self.epochs[-1] if self.epochs else None

    @property
    def total_steps(self) -> int | None:
        """Steps of the whole plan, known once the run has started."""
        return self.started.epochs * self.started.batches_per_epoch if self.started else None

    def ended_early(self, reason: Literal["stopped", "cut-off"], moment: float | None = None) -> RunEnded:
        """Return the RunEnded of a run that can't report it itself any more, from its events so far.

        `moment`: Unix time of its last event.
        """
        last = self.epochs[-1] if self.epochs else None
        values = {name: getattr(last, name) for name in _FINAL} if last else {}
        seconds = (self.steps.seconds[-1] if len(self.steps) else 0.0) + sum(e.validation_seconds for e in self.epochs)
        return RunEnded(
            self.framework, reason, last.epoch if last else 0, seconds, self._images_per_second(), **values,
            moment=moment, looks_asked=self.looks_asked,
        )  # fmt: skip

    def _images_per_second(self) -> float | None:
        """Return the speed without the calls that include tracing: the first step's and that of the first smaller batch."""
        steps, images, seconds = self.steps, 0.0, 0.0
        skipped = {0, self.started.batches_per_epoch - 1} if self.started else {0}
        for n, speed in enumerate(steps.images_per_second):
            if n not in skipped:
                took = steps.seconds[n] - (steps.seconds[n - 1] if n else 0.0)
                seconds += took
                images += speed * took
        return images / seconds if seconds else None

    def fold(self, event: Event) -> None:
        """Process the next event."""
        match event:
            case DataProgress():
                self.progress, self.status = event, "preparing"
            case RunStarted():
                self.started, self.status, self.progress = event, "running", None
            case BatchesEnded():
                self._fold_batches(event)
            case EpochEnded():
                self.epochs.append(event)
            case Paused():
                self.pauses += self.status != "paused"  # reported again after each step that is taken by hand
                self.status = "paused"
            case Resumed():
                self.status = "running"
            case LearningRateChanged():
                self.learning_rate = event.learning_rate
                self.rate_changes.append(event)
            case BestEpoch():
                self.best = event
            case StoppedEarly():
                self.stopped_early = event
            case WeightsRestored():
                self.restored = event
            case LayersInspected() | PredictionsInspected() | StepInspected():
                self._fold_look(event)
            case RunEnded():
                self.ended, self.status = event, event.reason
                self.looks_asked = max(self.looks_asked, event.looks_asked)  # a capsule has the number alone
            case RunFailed():
                self.failure, self.status = event.sentence, "failed"
        self.version += 1

    def _fold_look(self, event: LayersInspected | PredictionsInspected | StepInspected) -> None:
        self.looking_seconds += event.seconds
        match event:
            case LayersInspected():
                self.layers_looked.append(event)
            case PredictionsInspected():
                self.predictions_looked.append(event)
            case StepInspected():
                self.looks_asked += 1
                self.steps_looked = [*self.steps_looked, event][-STEPS_KEPT:]

    def _fold_batches(self, event: BatchesEnded) -> None:
        steps, count = self.steps, len(event.losses)
        if self.status == "paused":
            self.steps_by_hand += count
        before = steps.seconds[-1] if steps.seconds else 0.0
        each = (event.seconds - before) / count
        steps.accuracies.extend(event.accuracies)
        steps.gradient_norms.extend(event.gradient_norms or ())
        steps.learning_rates.extend(event.learning_rates or [event.learning_rate] * count)
        steps.seconds.extend(before + each * (n + 1) for n in range(count))
        steps.images_per_second.extend([event.images_per_second] * count)
        steps.losses.extend(event.losses)  # last: len() tells readers how many steps are whole
        self.learning_rate = event.learning_rate
