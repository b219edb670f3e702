"""THE loop: one for both frameworks. A backend supplies steps, never its own loop, so that the two cannot drift apart.

The exception: in the variants "fit" and "dataloader" the steps of an epoch are taken in the way that the framework teaches,
by `model.fit` itself or over a DataLoader, and the loop takes their reports one by one, so that pausing, stopping and
reporting are the same.
"""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from time import time as now

import numpy as np

from clsf import __version__, backends, features, losses
from clsf.backends.base import Backend, Weights
from clsf.backends.initial import weights_hash
from clsf.backends.numbers import diverged
from clsf.backends.start import start_weights
from clsf.chunks import TAUGHT, Chunk, Epoch, epoch_order, own_chunks, taught_chunks
from clsf.control import Control
from clsf.data.hashes import images_hash, split_hash
from clsf.data.images import Prepared
from clsf.data.order import order_hash
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.errors import PlanError
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
    RunStarted,
    StoppedEarly,
    WeightsRestored,
)
from clsf.inspection import RunInspector, epoch_is_followed, followed, inspect_step
from clsf.memory import PeakMemory
from clsf.meters import Clock, EpochSum, Pace, Speed
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan
from clsf.stopping import BEST, Keeper, PlateauWatch
from clsf.words import say


def run(
    framework: str,
    spec: ModelSpec,
    plan: Plan,
    control: Control,
    tell: Callable[[Event], None],
    keep: Callable[[Weights], None] = lambda weights: None,
    begin_with: Weights | None = None,
) -> None:
    """Load the data, build the model, train it, `tell` every event as it happens and `keep` the final weights.

    With `begin_with` the run begins with these weights, in place of freshly drawn ones. If the plan wants a checkpoint,
    the best epoch's weights are kept too, under names that begin with BEST.

    Events come in the order that `clsf.events` gives. Raises ClsfError for what cannot be done, with a sentence.
    """
    started, peak = time.perf_counter(), PeakMemory()

    told: list[DataProgress] = []

    def progress(stage: str, done: int, total: int) -> None:
        if control.stopped:
            raise _StoppedEarlyError
        news = DataProgress(stage, done, total)
        if told[-1:] != [news]:  # a job that waits for a server repeats its report, so that a stop is noticed
            told.append(news)
            tell(news)

    try:
        plan = plan.as_prepared
        dataset = open_dataset(plan.data, progress)
        prepared = prepare(dataset, plan, progress)
    except _StoppedEarlyError:
        tell(RunEnded(framework, "stopped", epochs=0, seconds=0.0, images_per_second=None))
        return
    analysis = losses.check(spec, plan, prepared.shape, len(prepared.classes))
    try:
        weights = _fitting(begin_with, analysis, plan) if begin_with is not None else start_weights(analysis, plan, progress)
        batches = epoch_order(prepared, plan, epoch=1)
        backend = backends.load(framework).build(changed(spec, plan.differences), plan, prepared, weights)
        features.begin(backend, framework, spec, plan, dataset, prepared, weights, progress)
    except _StoppedEarlyError:
        tell(RunEnded(framework, "stopped", epochs=0, seconds=0.0, images_per_second=None))
        return
    facts = backend.facts()
    tell(
        RunStarted(
            framework=framework,
            variant=plan.variants[framework],
            device=facts.device,
            threads=facts.threads,
            versions={**facts.versions, "Python": platform.python_version(), "clsf": __version__},
            epochs=plan.epochs,
            batches_per_epoch=len(batches),
            train_images=len(prepared.train),
            validation_images=len(prepared.validation),
            input_shape=prepared.shape,
            parameters=analysis.parameters,
            weights_hash=weights_hash(weights),
            order_hash=order_hash(batches),
            seconds=time.perf_counter() - started,
            scale=_scale(prepared, plan),
            classes=tuple(prepared.classes),
            moment=now(),
            images_hash=images_hash(prepared),
            split_hash=split_hash(prepared),
        )
    )
    keeper = Keeper(plan.stopping)
    for event in train(backend, framework, prepared, plan, control, spec, keeper):
        if isinstance(event, RunEnded):
            event = replace(event, peak_memory_mb=round(peak.megabytes(), 1), moment=now())
        tell(event)
    with _judged(backend, plan):
        kept = backend.get_weights()
    if plan.stopping.checkpoint and keeper.weights is not None:
        kept = kept | {BEST + name: array for name, array in keeper.weights.items()}
    keep(kept)


def _scale(prepared: Prepared, plan: Plan) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    if plan.preparation.scale != "standardise":
        return None
    return tuple(prepared.mean.tolist()), tuple(prepared.deviation.tolist())


def _fitting(weights: Weights, analysis: Analysis, plan: Plan) -> Weights:
    """Return the weights in the plan's dtype. Raises PlanError if they belong to another model."""
    wanted = {name: weight.shape for name, weight in analysis.named_weights().items()}
    for name, shape in wanted.items():
        held = weights[name].shape if name in weights else None
        if held != shape:
            raise PlanError(
                "The run is to begin with weights of another model: its array {name} has the shape {shape}, but the weights "
                "have {found}. Begin with a run of the same model.",
                name=name, shape=str(shape), found=str(held) if held else say("none of that name"),
            )  # fmt: skip
    return {name: weights[name].astype(plan.dtype) for name in wanted}


def train(
    backend: Backend,
    framework: str,
    prepared: Prepared,
    plan: Plan,
    control: Control,
    spec: ModelSpec | None = None,
    keeper: Keeper | None = None,
) -> Iterator[Event]:
    """Train an already built model for the epochs of `plan`. Control is honoured between chunks of steps.

    `spec` is for looking inside; `keeper` holds the weights of the best epoch, if the plan wants them.
    """
    loop = _Loop(backend, framework, prepared, plan, control, spec, keeper or Keeper(plan.stopping))
    for epoch in range(1, plan.epochs + 1):
        yield from loop.begin_epoch(epoch)
        with closing(loop.chunks()) as chunks:
            while not loop.why_over:
                yield from loop.take_commands()
                chunk = None if loop.why_over else next(chunks, None)
                if chunk is None:
                    break
                yield from loop.take_chunk(chunk)
        if not loop.why_over:
            yield from loop.end_epoch()
        if loop.why_over:
            break
    yield from loop.end()


class _Loop:
    """A training in progress: where it is and what it has counted. Each part yields the events of what it does."""

    def __init__(
        self, backend: Backend, framework: str, prepared: Prepared, plan: Plan, control: Control, spec: ModelSpec | None,
        keeper: Keeper,
    ) -> None:  # fmt: skip
        self.backend, self.framework, self.prepared, self.plan = backend, framework, prepared, plan
        self.control, self.spec, self.keeper = control, spec, keeper
        self.clock, self.pace, self.speed, self.plateau = Clock(), Pace(), Speed(), PlateauWatch(plan.plateau)
        self.rate = plan.learning_rate
        self.epoch = 0  # 1-based once it runs
        self.step = 0  # steps taken
        self.judged = 0  # the step after which validation images were last looked at
        self.trained = self.total = 0.0  # seconds of training, and of training and validation
        self.summed = EpochSum()  # over the epoch that runs
        self.last: EpochEnded | None = None
        self.batches: list[np.ndarray] = []  # of the epoch that runs
        self.inspector: RunInspector | None = None
        self.looks_asked = 0
        self.why_over = ""  # "stopped", "diverged" or "finished"

    def begin_epoch(self, epoch: int) -> Iterator[Event]:
        """Draw the order of the images; before the first step, look at the predictions."""
        self.epoch, self.summed = epoch, EpochSum()
        self.batches = epoch_order(self.prepared, self.plan, epoch)
        if self.plan.look_inside and self.inspector is None:
            steps = self.plan.epochs * len(self.batches)
            self.inspector = RunInspector(self.backend, self.prepared, self.spec, steps, self.plan.epochs)
            yield self.inspector.predictions(0, 0, self.control.watched)
            self.clock.skip()

    def chunks(self) -> Iterator[Chunk]:
        """Return the steps of the epoch, some at a time; they are taken when they are asked for, at the rate of that moment."""
        taken = taught_chunks if self.plan.variants[self.framework] in TAUGHT else own_chunks
        work = Epoch(self.prepared, self.plan, self.epoch, self.batches, self.step, self.inspector)
        return taken(self.backend, work, lambda: self.rate, self.pace, self.control)

    def take_commands(self) -> Iterator[Event]:
        """Do what was asked for since the last chunk: wait, stop, use another learning rate."""
        control = self.control
        if control.waiting:
            yield Paused(self.step)
            while not control.wait(1.0):
                pass
            if not control.stepping and not control.stopped:
                yield Resumed(self.step)
            self.clock.skip()
        if control.stopped:
            self.why_over = "stopped"
            return
        rate = control.take_learning_rate()
        if rate is not None:
            yield self._use_rate(rate)

    def take_chunk(self, chunk: Chunk) -> Iterator[Event]:
        """Count the steps that were taken and tell them; end if the loss is out of hand."""
        chunk = chunk.until_diverged()
        seconds = max(self.clock.lap() - chunk.aside, 0.0)
        self.trained += seconds
        self.total += seconds
        self.summed.add(chunk.report, chunk.sizes, seconds)
        if chunk.detail is None:  # a step that is looked at may be taken in another way, and is no measure
            self.speed.add(chunk.sizes, seconds)
        yield _batches_ended(chunk, self.epoch, self.step, self.rate, seconds, self.trained)
        self.step += len(chunk.sizes)
        if chunk.detail is not None:
            yield from self._look_inside(chunk)
        if diverged(chunk.report.losses).any():
            if self.inspector is not None and chunk.detail is None:
                yield self.inspector.broken(self.epoch, self.step)
            self.why_over = "diverged"

    def end_epoch(self) -> Iterator[Event]:
        """Look at the validation images, and decide from them: keep the weights, stop early, reduce the learning rate."""
        self.clock.lap()
        with _judged(self.backend, self.plan):
            seen, self.judged = self.backend.evaluate(self.prepared.validation), self.step
        seconds = self.clock.lap()
        self.total += seconds
        summed = self.summed
        self.last = EpochEnded(
            self.epoch,
            summed.loss,
            summed.accuracy,
            seen.loss,
            seen.accuracy,
            summed.seconds,
            seconds,
            summed.images_per_second,
        )
        yield self.last
        if diverged(seen.loss):
            self.why_over = "diverged"
            return
        with _judged(self.backend, self.plan):
            best = self.keeper.wanted and self.keeper.note(self.last, self.backend.get_weights)
        if best:
            yield BestEpoch(self.epoch, seen.loss, seen.accuracy)
        if self.inspector is not None and self.inspector.epoch_is_due(self.epoch):
            yield self.inspector.predictions(self.epoch, self.step, self.control.watched)
        elif self.inspector is None and seen.first is not None and epoch_is_followed(self.epoch, self.plan.epochs):
            yield followed(self.prepared, seen.first, self.epoch, self.step)
        if self.epoch < self.plan.epochs:
            if self.keeper.tired:
                self.why_over = "finished"
                yield StoppedEarly(self.epoch, self.keeper.chosen.epoch, self.plan.stopping.patience)
                return
            reduced = self.plateau.reduced(seen.loss, self.rate)
            if reduced is not None:
                yield self._use_rate(reduced, "plateau")
        self.clock.skip()

    def end(self) -> Iterator[Event]:
        """Put back the weights that are wanted, and tell how the run ended."""
        if self.keeper.chosen_weights is not None:
            self.backend.set_weights(self.keeper.chosen_weights)
            values = _numbers(self.keeper.chosen)
            yield WeightsRestored(self.keeper.chosen.epoch)
        elif self.step > self.judged:  # the weights have moved on since validation images were looked at
            began = time.perf_counter()
            with _judged(self.backend, self.plan):
                seen = self.backend.evaluate(self.prepared.validation)
            self.total += time.perf_counter() - began
            values = (self.summed.loss, self.summed.accuracy, seen.loss, seen.accuracy)
        else:
            values = _numbers(self.last)
        finite = (value if value is not None and math.isfinite(value) else None for value in values)
        yield RunEnded(
            self.framework, self.why_over or "finished", self.last.epoch if self.last else 0, self.total,
            self.speed.images_per_second, looks_asked=self.looks_asked, **dict(zip(_FINAL, finite, strict=True)),
        )  # fmt: skip

    def _look_inside(self, chunk: Chunk) -> Iterator[Event]:
        if chunk.asked:
            self.looks_asked += 1
            rate = (chunk.rates or (self.rate,))[-1]
            yield inspect_step(chunk.detail, self.prepared, self.epoch, self.step, chunk.report, rate)
        if self.inspector is not None:
            yield self.inspector.layers(self.epoch, self.step, chunk.detail)
        self.clock.skip()

    def _use_rate(self, rate: float, *why: str) -> LearningRateChanged:
        self.rate = rate
        if not self.plan.schedule.varies:
            self.backend.set_learning_rate(rate)
        return LearningRateChanged(self.step, rate, *why)


def _judged(backend: Backend, plan: Plan) -> AbstractContextManager:
    """Give the backend, inside the `with` block, the weights that are judged and kept."""
    return backend.judged() if plan.average else nullcontext()


_FINAL = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def _numbers(epoch: EpochEnded | None) -> tuple[float | None, ...]:
    """Return what an epoch's end said, in the order of _FINAL."""
    return tuple(getattr(epoch, name) if epoch else None for name in _FINAL)


def _batches_ended(chunk: Chunk, epoch: int, step: int, rate: float, seconds: float, trained: float) -> BatchesEnded:
    report, sizes = chunk.report, chunk.sizes
    return BatchesEnded(
        epoch=epoch,
        step=step + 1,
        losses=tuple(report.losses.tolist()),
        accuracies=tuple((report.correct / np.array(sizes)).tolist()),
        gradient_norms=None if report.gradient_norms is None else tuple(report.gradient_norms.tolist()),
        learning_rate=chunk.rates[-1] if chunk.rates else rate,
        images_per_second=sum(sizes) / max(seconds, 1e-9),
        seconds=trained,
        learning_rates=chunk.rates,
    )


class _StoppedEarlyError(Exception):
    """Stop was asked for while the data were being fetched or prepared."""
