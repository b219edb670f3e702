"""Trains a case step by step: PyTorch as published, then with one more cause removed each time, compared with the reference.

Each step removes one cause, in the order that the student chose; all earlier causes stay removed. Every step uses the same
seeds, so that steps are compared in pairs, with each other and with the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clsf import checks
from clsf.checks import field as word
from clsf.compare import noise
from clsf.compare.cases.case import SIDE, Case
from clsf.errors import EngineError, PlanError
from clsf.frameworks import TITLES
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say, say_n

if TYPE_CHECKING:
    from clsf.runs.record import RunRecord


MAX_SEEDS = 20


@dataclass(frozen=True, slots=True)
class JudgedSeeds:
    """Measurements on validation images, one for each seed."""

    accuracies: tuple[float, ...]  # by seed, fractions
    losses: tuple[float, ...]  # of training in the last epoch, nats; of validation where nothing was trained

    @property
    def accuracy(self) -> float:
        return sum(self.accuracies) / len(self.accuracies)

    @property
    def loss(self) -> float:
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True, slots=True)
class CaseStep:
    """PyTorch without this cause and all earlier ones."""

    cause: str  # `Case.start_name`, or the name of a cause
    title: Sentence
    seeds: tuple[int, ...]
    judged: JudgedSeeds
    low: float  # 95 % interval of the mean accuracy (t), cut to [0, 1]; equal to the mean with one seed
    high: float
    reference: JudgedSeeds | None  # the same in every step
    gap: noise.Gap | None  # PyTorch minus the reference, paired by seed; None without a reference
    gain: noise.Gap | None  # over the step before, paired by seed; None for the first

    @property
    def accuracy(self) -> float:
        return self.judged.accuracy

    @property
    def accuracies(self) -> tuple[float, ...]:
        return self.judged.accuracies

    @property
    def loss(self) -> float:
        return self.judged.loss


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """Accuracy before and after the statistics of batch normalisation were recomputed, without any training."""

    framework: str
    before: tuple[float, ...]  # by seed
    after: tuple[float, ...]


class CaseTrainer(Protocol):
    """Trains and measures for a case. Each call returns when it is over; None means that it was stopped by hand."""

    def train(self, framework: str, spec: ModelSpec, plan: Plan) -> RunRecord | None: ...

    def carried(self, record: RunRecord, spec: ModelSpec, plan: Plan) -> tuple[float, float]:
        """Return the validation loss and accuracy of a run's weights, transferred to PyTorch and used with this plan."""
        ...

    def recalibrated(self, record: RunRecord) -> tuple[float, float]:
        """Return the validation accuracy of a run before and after its moving statistics were recomputed."""
        ...


def check(case: Case, seeds: int, order: Sequence[str]) -> None:
    """Raise PlanError for a number of seeds or an order of causes that can't be trained."""
    checks.whole(PlanError, word("seeds"), seeds, 1, MAX_SEEDS)
    for cause in order:
        case.cause(cause)
    if len(set(order)) != len(order):
        raise PlanError("The order names a cause twice; each can be taken away once.")


def explain(
    case: Case,
    trainer: CaseTrainer,
    plan: Plan,
    classes: int,
    seeds: int = 1,
    order: Sequence[str] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[CaseStep | Recalibrated]:
    """Train a case; yield each step as soon as all its seeds are done, and last the result of recalibration, if the case has it.

    `plan`: with the case's settings, or the student's own choices. Seeds are `plan.seed`, `plan.seed + 1`, …
    Causes that `order` leaves out stay active. Raises PlanError for a wrong order at once, EngineError with the reason if a run
    fails. Stopping a run by hand ends the generator.
    """
    order = case.order if order is None else tuple(order)
    check(case, seeds, order)
    return _Walk(case, trainer, plan, classes, tuple(range(plan.seed, plan.seed + seeds)), order, stopped).steps()


class _StoppedError(Exception):
    """The run was stopped by hand."""


@dataclass(frozen=True, slots=True)
class _Walk:
    case: Case
    trainer: CaseTrainer
    base: Plan
    classes: int
    seeds: tuple[int, ...]
    order: tuple[str, ...]
    stopped: Callable[[], bool]

    def steps(self) -> Iterator[CaseStep | Recalibrated]:
        try:
            references = self._references()
            first, before = [], None
            for count in range(len(self.order) + 1):
                gone = self.order[:count]
                judged, records = self._judged(gone, references)
                first = first or records
                before = self._step(
                    self.order[count - 1] if count else self.case.start_name, judged, references, before, records
                )
                yield before
            if self.case.recalibrates:
                for records in (references, first):
                    yield self._recalibrated(records)
        except _StoppedError:
            return

    def _references(self) -> list[RunRecord]:
        if self.case.reference is None:
            return []
        spec = self.case.model(self.classes)
        return [self._trained(self.case.reference, spec, self.base.but(seed=seed)) for seed in self.seeds]

    def _judged(self, gone: tuple[str, ...], references: list[RunRecord]) -> tuple[JudgedSeeds, list[RunRecord]]:
        spec = self.case.spec(self.classes, gone)
        plans = [self.case.plan(self.base.but(seed=seed), gone) for seed in self.seeds]
        if not self.case.carried:
            records = [self._trained(SIDE, spec, plan) for plan in plans]
            return _of(records), records
        judged = []
        for record, plan in zip(references, plans, strict=True):
            if self.stopped():
                raise _StoppedError
            judged.append(self.trainer.carried(record, spec, plan))
        return JudgedSeeds(tuple(a for _, a in judged), tuple(loss for loss, _ in judged)), references

    def _trained(self, framework: str, spec: ModelSpec, plan: Plan) -> RunRecord:
        record = None if self.stopped() else self.trainer.train(framework, spec, plan)
        if record is None or record.status == "stopped":
            raise _StoppedError
        if record.status == "failed":
            raise EngineError(record.failure)
        why = noise.why_not(record)
        if why is not None:
            raise EngineError(
                "The run with seed {seed} does not count as a result: {why}. Train again, with a smaller learning rate if it diverged.",
                seed=record.plan.seed, why=why,
            )  # fmt: skip
        return record

    def _recalibrated(self, records: list[RunRecord]) -> Recalibrated:
        recalibrated = []
        for record in records:
            if self.stopped():
                raise _StoppedError
            recalibrated.append(self.trainer.recalibrated(record))
        return Recalibrated(
            records[0].framework, tuple(before for before, _ in recalibrated), tuple(after for _, after in recalibrated)
        )

    def _step(
        self, cause: str, judged: JudgedSeeds, references: list[RunRecord], before: CaseStep | None, records: list[RunRecord]
    ) -> CaseStep:
        images = noise.images_of(records)
        reference = _of(references, trained=not self.case.carried) if references else None
        mine = dict(zip(self.seeds, judged.accuracies, strict=True))

        def gap(other: JudgedSeeds | None) -> noise.Gap | None:
            return (
                None if other is None else noise.gap(dict(zip(self.seeds, other.accuracies, strict=True)), mine, images=images)
            )

        interval = noise.interval(judged.accuracies, images=images)
        return CaseStep(
            cause, self.case.title_of(cause), self.seeds, judged, max(interval.low, 0.0), min(interval.high, 1.0), reference,
            gap(reference), gap(None if before is None else before.judged),
        )  # fmt: skip


def _of(records: list[RunRecord], trained: bool = True) -> JudgedSeeds:
    losses = [record.ended.train_loss if trained else record.ended.validation_loss for record in records]
    return JudgedSeeds(
        tuple(record.ended.validation_accuracy for record in records),
        tuple(math.nan if loss is None else loss for loss in losses),
    )


def summary(steps: Sequence[CaseStep]) -> Sentence:
    """Return which causes explain the gap so far: those whose gain is outside the noise."""
    first, last = steps[0], steps[-1]
    if first.reference is None:
        whole = say_n(
            "From {first} % as in the lecture to {last} % without {count} cause.",
            "From {first} % as in the lecture to {last} % without {count} causes.",
            len(steps) - 1,
            first=f"{first.accuracy * 100:.1f}", last=f"{last.accuracy * 100:.1f}",
        )  # fmt: skip
    else:
        whole = say_n(
            "PyTorch minus the reference: {first} points as published, {last} without {count} cause.",
            "PyTorch minus the reference: {first} points as published, {last} without {count} causes.",
            len(steps) - 1,
            first=f"{first.gap.interval.mean * 100:+.1f}", last=f"{last.gap.interval.mean * 100:+.1f}",
        )  # fmt: skip
    if len(first.seeds) == 1:
        return say("{whole} One run each: which of the gains are chance is not known.", whole=whole)
    real = [step for step in steps[1:] if step.gain.inside is False]
    if not real:
        return say("{whole} No single gain is outside the noise of {seeds} seeds.", whole=whole, seeds=len(first.seeds))
    names = ", ".join(f"{step.cause} ({step.gain.interval.mean * 100:+.1f})" for step in real)
    return say("{whole} Outside the noise of {seeds} seeds: {names} points.", whole=whole, seeds=len(first.seeds), names=names)


def proof(recalibrated: Recalibrated) -> Sentence:
    """Return a sentence on the effect of recalibration on one framework's accuracy."""
    before, after = (sum(values) / len(values) * 100 for values in (recalibrated.before, recalibrated.after))
    return say(
        "{framework}: {before} % becomes {after} %, without one step of training.",
        framework=TITLES[recalibrated.framework], before=f"{before:.1f}", after=f"{after:.1f}",
    )  # fmt: skip
