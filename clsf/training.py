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
from dataclasses import replace
from time import time as now

import numpy as np

from clsf import __version__, backends, losses
from clsf.backends.base import Backend, Weights
from clsf.backends.initial import initial_weights, weights_hash
from clsf.backends.numbers import diverged
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
from clsf.inspection import RunInspector, inspect_step
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
        if told[-1:] != [news]:  # whoever waits for a server repeats himself, so that a stop is noticed
            told.append(news)
            tell(news)

    try:
        if plan.does("input-scale"):
            plan = plan.but(preparation=replace(plan.preparation, scale="minus-one-one"))
        dataset = open_dataset(plan.data, progress)
        prepared = prepare(dataset, plan, progress)
    except _StoppedEarlyError:
        tell(RunEnded(framework, "stopped", epochs=0, seconds=0.0, images_per_second=None))
        return
    analysis = losses.check(spec, plan, prepared.shape, len(prepared.classes))
    weights = _fitting(begin_with, analysis, plan) if begin_with is not None else start_weights(analysis, plan)
    batches = epoch_order(prepared, plan, epoch=1)
    backend = backends.load(framework).build(changed(spec, plan.differences), plan, prepared, weights)
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
    kept = backend.get_weights()
    if plan.stopping.checkpoint and keeper.weights is not None:
        kept = kept | {BEST + name: array for name, array in keeper.weights.items()}
    keep(kept)


def _scale(prepared: Prepared, plan: Plan) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    if plan.preparation.scale != "standardise":
        return None
    return tuple(prepared.mean.tolist()), tuple(prepared.deviation.tolist())


def start_weights(analysis: Analysis, plan: Plan) -> Weights:
    """Return the weights that a run begins with."""
    kernels = "kaiming" if plan.does("initial-weights") else plan.start
    biases = "kaiming" if plan.does("bias-init") else plan.start
    return initial_weights(analysis, kernels, plan.seed, plan.dtype, biases)


def _fitting(weights: Weights, analysis: Analysis, plan: Plan) -> Weights:
    """Return the weights in the plan's dtype. Raises PlanError if they belong to another model."""
    wanted = {name: weight.shape for name, weight in analysis.named_weights().items()}
    for name, shape in wanted.items():
        found = weights[name].shape if name in weights else None
        if found != shape:
            raise PlanError(
                "The run is to begin with weights of another model: its array {name} has the shape {shape}, but the weights "
                "have {found}. Begin with a run of the same model.",
                name=name, shape=str(shape), found=str(found) if found else say("none of that name"),
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
    chunks = taught_chunks if plan.variants[framework] in TAUGHT else own_chunks
    clock, pace, speed = Clock(), Pace(), Speed()
    keeper, plateau = keeper or Keeper(plan.stopping), PlateauWatch(plan.plateau)
    rate, step, trained, total = plan.learning_rate, 0, 0.0, 0.0  # seconds of training, and of validation too
    judged, summed = 0, EpochSum()  # the step after which validation images were last looked at; sums since then
    last: EpochEnded | None = None
    inspector: RunInspector | None = None
    looks_asked = 0

    def ended(reason: str) -> Iterator[Event]:
        nonlocal total
        if keeper.chosen_weights is not None:
            backend.set_weights(keeper.chosen_weights)
            values = _numbers(keeper.chosen)
            yield WeightsRestored(keeper.chosen.epoch)
        elif step > judged:  # the weights have moved on since validation images were looked at
            began = time.perf_counter()
            seen = backend.evaluate(prepared.validation)
            total += time.perf_counter() - began
            values = (summed.loss, summed.accuracy, seen.loss, seen.accuracy)
        else:
            values = _numbers(last)
        finite = (value if value is not None and math.isfinite(value) else None for value in values)
        yield RunEnded(
            framework, reason, last.epoch if last else 0, total, speed.images_per_second, looks_asked=looks_asked,
            **dict(zip(_FINAL, finite, strict=True)),
        )  # fmt: skip

    for epoch in range(1, plan.epochs + 1):
        summed = EpochSum()
        batches = epoch_order(prepared, plan, epoch)
        if plan.look_inside and inspector is None:
            inspector = RunInspector(backend, prepared, spec, plan.epochs * len(batches), plan.epochs)
            yield inspector.predictions(0, 0, control.watched)
            clock.skip()
        work = Epoch(prepared, plan, epoch, batches, step, inspector)
        running = chunks(backend, work, lambda: rate, pace, control)  # noqa: B023  the rate of the moment is meant
        try:
            while True:
                if control.waiting:
                    yield Paused(step)
                    while not control.wait(1.0):
                        pass
                    if not control.stepping and not control.stopped:
                        yield Resumed(step)
                    clock.skip()
                if control.stopped:
                    yield from ended("stopped")
                    return
                changed = control.take_learning_rate()
                if changed is not None:
                    rate = changed
                    if not plan.schedule.varies:
                        backend.set_learning_rate(rate)
                    yield LearningRateChanged(step, rate)
                chunk = next(running, None)
                if chunk is None:
                    break
                chunk = chunk.until_diverged()
                report, sizes = chunk.report, chunk.sizes
                seconds = max(clock.lap() - chunk.aside, 0.0)
                trained += seconds
                total += seconds
                summed.add(report, sizes, seconds)
                if chunk.detail is None:  # a step that is looked at may be taken in another way, and is no measure
                    speed.add(sizes, seconds)
                yield _batches_ended(chunk, epoch, step, rate, seconds, trained)
                step += len(sizes)
                if chunk.detail is not None:
                    if chunk.asked:
                        looks_asked += 1
                        yield inspect_step(chunk.detail, prepared, epoch, step, report, (chunk.rates or (rate,))[-1])
                    if inspector is not None:
                        yield inspector.layers(epoch, step, chunk.detail)
                    clock.skip()
                if diverged(report.losses).any():
                    yield from ended("diverged")
                    return
        finally:
            running.close()
        clock.lap()
        seen, judged = backend.evaluate(prepared.validation), step
        validation_seconds = clock.lap()
        total += validation_seconds
        last = EpochEnded(
            epoch=epoch,
            train_loss=summed.loss,
            train_accuracy=summed.accuracy,
            validation_loss=seen.loss,
            validation_accuracy=seen.accuracy,
            seconds=summed.seconds,
            validation_seconds=validation_seconds,
            images_per_second=summed.images_per_second,
        )
        yield last
        if diverged(seen.loss):
            yield from ended("diverged")
            return
        if keeper.wanted and keeper.note(last, backend.get_weights):
            yield BestEpoch(epoch, last.validation_loss, last.validation_accuracy)
        if inspector is not None and inspector.epoch_is_due(epoch):
            yield inspector.predictions(epoch, step, control.watched)
        if keeper.tired and epoch < plan.epochs:
            yield StoppedEarly(epoch, keeper.chosen.epoch, plan.stopping.patience)
            break
        reduced = plateau.reduced(last.validation_loss, rate) if epoch < plan.epochs else None
        if reduced is not None:
            rate = reduced
            if not plan.schedule.varies:
                backend.set_learning_rate(rate)
            yield LearningRateChanged(step, rate, "plateau")
        clock.skip()
    yield from ended("finished")


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
