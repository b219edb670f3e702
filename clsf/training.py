"""THE loop: one for both frameworks. A backend supplies steps, never its own loop, so that the two cannot drift apart.

The exception: in the variant "fit" the steps of an epoch are taken by `model.fit` itself, and the loop takes its reports
one by one, so that pausing, stopping and reporting are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from clsf import backends
from clsf.backends.base import Backend, StepReport, Weights
from clsf.backends.initial import initial_weights, weights_hash
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.data.order import batch_order, order_hash
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.events import (
    BatchesEnded,
    DataProgress,
    EpochEnded,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
)
from clsf.memory import PeakMemory
from clsf.meters import CHUNK_SECONDS, Clock, EpochSum, Pace, Speed
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan

OTHER_SHUFFLE = 1_000_003
"""Added to the seed of the batches for the difference "shuffling"."""

DIVERGED = 1e6
"""A loss above this is out of hand, though it may still be a number: guessing costs ln(classes), 7 nats for 1,000 classes."""

Chunk = tuple[StepReport, list[int]]  # what some steps said, and how many images each had


def run(
    framework: str,
    spec: ModelSpec,
    plan: Plan,
    control: Control,
    tell: Callable[[Event], None],
    keep: Callable[[Weights], None] = lambda weights: None,
) -> None:
    """Load the data, build the model, train it, `tell` every event as it happens and `keep` the final weights.

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
    analysis = spec.check(prepared.shape, len(prepared.classes))
    weights = start_weights(analysis, plan)
    batches = epoch_order(prepared, plan, epoch=1)
    backend = backends.load(framework).build(changed(spec, plan.differences), plan, prepared, weights)
    facts = backend.facts()
    tell(
        RunStarted(
            framework=framework,
            variant=plan.variant(framework),
            device=facts.device,
            threads=facts.threads,
            versions=facts.versions,
            epochs=plan.epochs,
            batches_per_epoch=len(batches),
            train_images=len(prepared.train),
            validation_images=len(prepared.validation),
            input_shape=prepared.shape,
            parameters=analysis.parameters,
            weights_hash=weights_hash(weights),
            order_hash=order_hash(batches),
            seconds=time.perf_counter() - started,
        )
    )
    for event in train(backend, framework, prepared, plan, control):
        tell(replace(event, peak_memory_mb=round(peak.megabytes(), 1)) if isinstance(event, RunEnded) else event)
    keep(backend.get_weights())


def start_weights(analysis: Analysis, plan: Plan) -> Weights:
    """Return the weights that a run begins with."""
    kernels = "kaiming" if plan.does("initial-weights") else plan.start
    biases = "kaiming" if plan.does("bias-init") else plan.start
    return initial_weights(analysis, kernels, plan.seed, plan.dtype, biases)


def epoch_order(prepared: Prepared, plan: Plan, epoch: int) -> list[np.ndarray]:
    """Return the batches of an epoch, as image indices."""
    seed = plan.seed + OTHER_SHUFFLE if plan.does("shuffling") else plan.seed
    return batch_order(prepared.train, plan.batch_size, seed, epoch)


def train(backend: Backend, framework: str, prepared: Prepared, plan: Plan, control: Control) -> Iterator[Event]:
    """Train an already built model for the epochs of `plan`. Control is honoured between chunks of steps."""
    chunks = _fit_chunks if plan.variant(framework) == "fit" else _own_chunks
    clock, pace, speed = Clock(), Pace(), Speed()
    rate, step, trained, total = plan.learning_rate, 0, 0.0, 0.0  # seconds of training, and of validation too
    last: EpochEnded | None = None

    def ended(reason: str) -> RunEnded:
        values = {name: getattr(last, name) for name in _FINAL} if last else {}
        return RunEnded(framework, reason, last.epoch if last else 0, total, speed.images_per_second, **values)

    for epoch in range(1, plan.epochs + 1):
        summed = EpochSum()
        batches = epoch_order(prepared, plan, epoch)
        running = chunks(backend, batches, epoch, step, pace, control)
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
                    yield ended("stopped")
                    return
                changed = control.take_learning_rate()
                if changed is not None:
                    rate = changed
                    backend.set_learning_rate(rate)
                    yield LearningRateChanged(step, rate)
                report, sizes = next(running, (None, []))
                if report is None:
                    break
                seconds = clock.lap()
                trained += seconds
                total += seconds
                summed.add(report, sizes, seconds)
                speed.add(sizes, seconds)
                yield _batches_ended(report, sizes, epoch, step, rate, seconds, trained)
                step += len(sizes)
                if not (report.losses < DIVERGED).all():  # so is nan
                    yield ended("diverged")
                    return
        finally:
            running.close()
        clock.lap()
        seen = backend.evaluate(prepared.validation)
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
        if not seen.loss < DIVERGED:
            yield ended("diverged")
            return
    yield ended("finished")


_FINAL = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def _own_chunks(
    backend: Backend, batches: list[np.ndarray], epoch: int, first_step: int, pace: Pace, control: Control
) -> Iterator[Chunk]:
    """Take the steps of one epoch by `train_steps`, as many at once as the pace allows, one at a time when stepping."""
    at = 0
    while at < len(batches):
        most = 1 if control.stepping else pace.steps
        rows = [b for b in batches[at : at + most] if len(b) == len(batches[at])]  # a smaller last batch goes by itself
        before = time.perf_counter()
        report = backend.train_steps(np.stack(rows), first_step + at)
        if control.stepping:
            control.take_step()
        else:
            pace.took(len(rows), time.perf_counter() - before)
        at += len(rows)
        yield report, [len(row) for row in rows]


def _fit_chunks(
    backend: Backend, batches: list[np.ndarray], epoch: int, first_step: int, pace: Pace, control: Control
) -> Iterator[Chunk]:
    """Gather the reports of the framework's own loop for CHUNK_SECONDS, one by one when stepping."""
    reports = backend.fit_epoch(batches, epoch)
    at = 0
    try:
        while at < len(batches):
            gathered, until = [], time.perf_counter() + CHUNK_SECONDS
            while at + len(gathered) < len(batches):
                gathered.append(next(reports))
                if control.stepping or control.stopped or time.perf_counter() >= until:
                    break
            if control.stepping:
                control.take_step()
            yield (
                StepReport(np.concatenate([r.losses for r in gathered]), np.concatenate([r.correct for r in gathered]), None),
                [len(batch) for batch in batches[at : at + len(gathered)]],
            )
            at += len(gathered)
    finally:
        reports.close()


def _batches_ended(
    report: StepReport, sizes: list[int], epoch: int, step: int, rate: float, seconds: float, trained: float
) -> BatchesEnded:
    return BatchesEnded(
        epoch=epoch,
        step=step + 1,
        losses=tuple(report.losses.tolist()),
        accuracies=tuple((report.correct / np.array(sizes)).tolist()),
        gradient_norms=None if report.gradient_norms is None else tuple(report.gradient_norms.tolist()),
        learning_rate=rate,
        images_per_second=sum(sizes) / max(seconds, 1e-9),
        seconds=trained,
    )


class _StoppedEarlyError(Exception):
    """Stop was asked for while the data were being fetched or prepared."""
