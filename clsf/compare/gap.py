"""The lecture's gap, explained: its PyTorch code as it was, then without one cause after another.

The lecture's PyTorch model is trained under the lecture's conditions on any data set. Each step takes one cause away, in
the order that the student chose, with all earlier causes gone too; every step trains the same seeds, so steps are compared
in pairs. On 10,000 images of CIFAR-10, three seeds: 0.415, 0.486, 0.568, 0.516, 0.543, 0.533. The first two explain it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from clsf import checks
from clsf.checks import field as word
from clsf.compare import noise
from clsf.compare.differences import switched
from clsf.errors import EngineError, PlanError
from clsf.optimizers import DEFAULT
from clsf.plan import LEARNING_RATES, Plan
from clsf.words import Sentence, say, say_n

if TYPE_CHECKING:
    from clsf.model.spec import ModelSpec
    from clsf.runs.record import RunRecord

FRAMEWORK = "torch"
START = "as-in-the-lecture"

CAUSES: dict[str, tuple[str, ...]] = {
    "double-softmax": ("softmax-before-loss",),
    "dropout": ("dropout-rate", "dropout-at-evaluation"),
    "input-scale": ("input-scale",),
    "initial-weights": ("initial-weights", "bias-init"),
    "optimizer-rule": (f"{DEFAULT}-rule",),
}
"""Cause -> the differences that it consists of, in the default order: that of the lecture's mistakes first. Masks of dropout
stay those drawn in NumPy, so that the seeds of two steps remain pairs."""

TITLES: dict[str, Sentence] = {
    START: say("as in the lecture"),
    "double-softmax": say("without softmax before the loss"),
    "dropout": say("dropout 0.2, and off at evaluation"),
    "input-scale": say("inputs in [0, 1]"),
    "initial-weights": say("Keras' initial weights"),
    "optimizer-rule": say("Keras' rule of RMSprop"),
}
MAX_SEEDS = 20


@dataclass(frozen=True, slots=True)
class GapStep:
    """One bar of the waterfall: the accuracy without this cause and all earlier ones."""

    cause: str  # START, or one of CAUSES
    accuracy: float  # of validation, mean over the seeds, fraction
    low: float  # 95 % interval of the mean (t), cut to [0, 1]; equal to `accuracy` with one seed
    high: float
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]  # by seed
    loss: float  # of training in the last epoch, mean over the seeds, nats
    gain: noise.Gap | None  # over the step before, paired by seed; None for the first

    @property
    def title(self) -> Sentence:
        return TITLES[self.cause]


class Train(Protocol):
    """Trains a plan in PyTorch and returns the record of the run when it is over."""

    def __call__(self, plan: Plan) -> RunRecord: ...


class Trainer(Protocol):
    """The part of `clsf.training_service.TrainingService` that is needed here."""

    def train(self, spec: ModelSpec, plan: Plan, frameworks: Sequence[str], owner: str = "") -> list[str]: ...

    def wait(self, run_ids: Sequence[str], timeout: float | None = None) -> bool: ...

    def control(self, run_id: str, command: str) -> None: ...

    def record(self, run_id: str) -> RunRecord: ...


def loss_floor(classes: int) -> float:
    """Return the least cross-entropy that two softmaxes can reach, in nats: ln(1 + (C - 1) / e), 1.461 for ten classes.

    The first softmax gives p with 0 <= p <= 1 and sum 1. The loss takes p for logits and applies softmax again; for the
    right class r it is  -ln(e^p_r / sum e^p_i) = ln(sum e^(p_i - p_r)).  That is least where the first softmax is sure and
    right, p_r = 1 and all others 0: one term e^0 and C - 1 terms e^-1, so ln(1 + (C - 1) / e). It is never reached.
    """
    return math.log(1 + (classes - 1) / math.e)


def lecture_plan(plan: Plan) -> Plan:
    """Return the lecture's conditions on the plan's data, epochs, batches and seed: RMSprop, every cause at work."""
    rate = plan.learning_rate if plan.optimizer == DEFAULT else LEARNING_RATES[DEFAULT]
    plain = plan.but(
        optimizer=DEFAULT, hyper={}, learning_rate=rate, rules="aligned", start="glorot", differences=(), l2=0.0,
        preparation=replace(plan.preparation, scale="zero-one"),
    )  # fmt: skip
    return switched(plain, [name for names in CAUSES.values() for name in names])


def without(plan: Plan, causes: Sequence[str]) -> Plan:
    """Return the plan with these causes taken away. Raises PlanError for an unknown one."""
    for cause in causes:
        checks.known(PlanError, say("cause"), cause, CAUSES)
    gone = {name for cause in causes for name in CAUSES[cause]}
    return plan.but(differences=tuple(name for name in plan.differences if name not in gone))


def check(seeds: int, order: Sequence[str]) -> None:
    """Raise PlanError for a number of seeds or an order of causes that can't be trained."""
    checks.whole(PlanError, word("seeds"), seeds, 1, MAX_SEEDS)
    for cause in order:
        checks.known(PlanError, say("cause"), cause, CAUSES)
    if len(set(order)) != len(order):
        raise PlanError("The order names a cause twice; each can be taken away once.")


def explain(
    train: Train, plan: Plan, seeds: int = 1, order: Sequence[str] = tuple(CAUSES), stopped: Callable[[], bool] = lambda: False
) -> Iterator[GapStep]:
    """Train the lecture's code and its corrections; yield a step as soon as all its seeds are trained.

    Seeds are `plan.seed`, `plan.seed + 1`, … Causes that `order` leaves out stay at work. Raises PlanError for a wrong
    order at once, EngineError with the reason if a run fails; a run that somebody stops ends the generator.
    """
    check(seeds, order)
    return _explained(train, lecture_plan(plan), tuple(range(plan.seed, plan.seed + seeds)), tuple(order), stopped)


def _explained(
    train: Train, start: Plan, seeds: tuple[int, ...], order: tuple[str, ...], stopped: Callable[[], bool]
) -> Iterator[GapStep]:
    before: GapStep | None = None
    for count in range(len(order) + 1):
        corrected = without(start, order[:count])
        records = []
        for seed in seeds:
            if stopped():
                return
            record = train(corrected.but(seed=seed))
            if record.status == "stopped":
                return
            records.append(record)
        before = _step(order[count - 1] if count else START, seeds, records, before)
        yield before


def sentence(steps: Sequence[GapStep]) -> Sentence:
    """Say what explains the gap so far: the causes whose gain is outside the noise."""
    first, last = steps[0], steps[-1]
    whole = say_n(
        "From {first} % as in the lecture to {last} % without {count} cause.",
        "From {first} % as in the lecture to {last} % without {count} causes.",
        len(steps) - 1,
        first=f"{first.accuracy * 100:.1f}", last=f"{last.accuracy * 100:.1f}",
    )  # fmt: skip
    if len(first.seeds) == 1:
        return say("{whole} One run each: which of the gains are chance can't be told.", whole=whole)
    real = [step for step in steps[1:] if step.gain.inside is False]
    if not real:
        return say("{whole} No single gain is outside the noise of {seeds} seeds.", whole=whole, seeds=len(first.seeds))
    names = ", ".join(f"{step.cause} ({step.gain.interval.mean * 100:+.1f})" for step in real)
    return say("{whole} Outside the noise of {seeds} seeds: {names} points.", whole=whole, seeds=len(first.seeds), names=names)


def service_runner(service: Trainer, spec: ModelSpec, owner: str = "", stopped: Callable[[], bool] = lambda: False) -> Train:
    """Return a runner that trains in the service, one run after another; `stopped` ends the run in progress."""

    def train(plan: Plan) -> RunRecord:
        [run_id] = service.train(spec, plan, (FRAMEWORK,), owner)
        while not service.wait([run_id], timeout=0.5):
            if stopped():
                service.control(run_id, "stop")
        return service.record(run_id)

    return train


def _step(cause: str, seeds: tuple[int, ...], records: list[RunRecord], before: GapStep | None) -> GapStep:
    for record in records:
        if record.status == "failed":
            raise EngineError(record.failure)
        why = noise.why_not(record)
        if why is not None:
            raise EngineError(
                "The run with seed {seed} does not count as a result: {why}. Train again, with a smaller learning rate if it diverged.",
                seed=record.plan.seed, why=why,
            )  # fmt: skip
    accuracies = tuple(record.ended.validation_accuracy for record in records)
    found = noise.interval(accuracies, images=noise.images_of(records))
    gain = None
    if before is not None:
        gain = noise.gap(
            dict(zip(before.seeds, before.accuracies, strict=True)),
            dict(zip(seeds, accuracies, strict=True)),
            images=noise.images_of(records),
        )
    return GapStep(
        cause=cause,
        accuracy=found.mean,
        low=max(found.low, 0.0),
        high=min(found.high, 1.0),
        seeds=seeds,
        accuracies=accuracies,
        loss=sum(math.nan if (loss := record.ended.train_loss) is None else loss for record in records) / len(records),
        gain=gain,
    )
