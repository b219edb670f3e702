"""Chunks: the steps of one epoch, taken some at a time, so that a reader can pause, stop, or get a report in between.

Everything that a step needs besides the model is decided here: which images, how they are augmented, at which learning rate.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from clsf.backends.base import Backend, StepReport
from clsf.backends.numbers import diverged
from clsf.control import Control
from clsf.data.augment import augment
from clsf.data.images import Prepared
from clsf.data.order import batch_order
from clsf.inspection import RunInspector, StepDetail
from clsf.meters import CHUNK_SECONDS, Pace
from clsf.plan import Plan
from clsf.schedules import share

TAUGHT = ("fit", "dataloader")
"""The variants whose steps are taken in the way that the framework teaches."""

OTHER_SHUFFLE = 1_000_003
"""Added to the seed of the batches for the difference "shuffling"."""


def epoch_order(prepared: Prepared, plan: Plan, epoch: int) -> list[np.ndarray]:
    """Return the batches of an epoch, as image indices."""
    seed = plan.seed + OTHER_SHUFFLE if plan.does("shuffling") else plan.seed
    return batch_order(prepared.train, plan.batch_size, seed, plan.epochs_before + epoch)


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """The inputs for the steps of one epoch."""

    prepared: Prepared
    plan: Plan
    epoch: int  # 1-based
    batches: list[np.ndarray]
    first_step: int  # of the epoch, 0-based in the run
    inspector: RunInspector | None

    @property
    def steps_before(self) -> int:
        """Steps that the weights were trained for when the epoch begins, in runs before this one too: dropout goes on."""
        return self.plan.epochs_before * len(self.batches) + self.first_step

    def rate(self, base: float, batch: int) -> float:
        """Return the learning rate of a batch of this epoch, 0-based."""
        return base * share(self.plan.schedule, self.first_step + batch, len(self.batches), self.plan.epochs)

    def rates(self, base: float, batch: int, count: int) -> tuple[float, ...] | None:
        """Return the learning rates of some batches; None if they don't change."""
        return tuple(self.rate(base, batch + n) for n in range(count)) if self.plan.schedule.varies else None

    def pixels(self, indices: np.ndarray) -> np.ndarray:
        """Return the augmented images of these indices, uint8 (n, h, w, c)."""
        epoch = self.plan.epochs_before + self.epoch
        images = self.prepared.pixels[indices]
        return np.ascontiguousarray(augment(images, self.plan.augmentation, self.plan.seed, epoch, indices))

    def looked(self, batch: int) -> bool:
        """Return whether the step of this batch is to be looked at."""
        return self.inspector is not None and self.inspector.step_is_due(self.first_step + batch)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some steps that were taken."""

    report: StepReport
    sizes: list[int]  # images of each
    rates: tuple[float, ...] | None  # learning rate of each, where a schedule varies it
    detail: StepDetail | None = None  # of the one step, if it was looked at
    asked: bool = False  # whether the detail was asked for

    @property
    def aside(self) -> float:
        """Seconds that looking took."""
        return self.detail.seconds if self.detail else 0.0

    def until_diverged(self) -> Chunk:
        """Return the chunk up to the first loss that diverged, so that the end of a run does not depend on the pace.

        Backends take no step after it where they can look at each loss; PyTorch on a GPU looks at the end of a chunk.
        """
        out_of_hand = np.flatnonzero(diverged(self.report.losses))
        count = int(out_of_hand[0]) + 1 if len(out_of_hand) else len(self.sizes)
        r = self.report
        norms = None if r.gradient_norms is None else r.gradient_norms[:count]
        rates = None if self.rates is None else self.rates[:count]
        return replace(
            self, report=StepReport(r.losses[:count], r.correct[:count], norms), sizes=self.sizes[:count], rates=rates
        )


def own_chunks(backend: Backend, work: Epoch, base: Callable[[], float], pace: Pace, control: Control) -> Iterator[Chunk]:
    """Take the steps of one epoch by `train_steps`, as many at once as the pace allows, one at a time when stepping.

    A step that is looked at goes by itself.
    """
    at, batches = 0, work.batches
    while at < len(batches):
        asked = control.looking
        looked = asked or work.looked(at)
        most = 1 if control.stepping or looked else pace.steps
        rows = []
        for n, batch in enumerate(batches[at : at + most]):
            if len(batch) != len(batches[at]) or (n and work.looked(at + n)):  # a smaller last batch goes by itself too
                break
            rows.append(batch)
        order, rates, extra = np.stack(rows), work.rates(base(), at, len(rows)), {}
        if rates is not None:
            extra["rates"] = np.array(rates)
        if work.plan.augmentation.any:
            extra["pixels"] = work.pixels(order.ravel()).reshape(*order.shape, *work.prepared.shape)
        detail = StepDetail(backend, rows[0], extra["pixels"][0] if "pixels" in extra else None) if looked else None
        if looked:
            extra["keep_gradients"] = True
        before = time.perf_counter()
        report = backend.train_steps(order, work.steps_before + at, **extra)
        if control.stepping:
            control.take_step()
        elif not looked:
            pace.took(len(rows), time.perf_counter() - before)
        at += len(rows)
        yield Chunk(report, [len(row) for row in rows], rates, detail and detail.done(), asked)


def taught_chunks(backend: Backend, work: Epoch, base: Callable[[], float], pace: Pace, control: Control) -> Iterator[Chunk]:
    """Gather the reports of the loop that a framework teaches for CHUNK_SECONDS, one by one when stepping or looking."""
    batches, extra = work.batches, {}
    if work.plan.schedule.varies:
        extra["rate"] = lambda batch: work.rate(base(), batch)
    if work.plan.augmentation.any:
        extra["pixels"] = work.pixels
    if work.steps_before:
        extra["first_step"] = work.steps_before
    reports = backend.fit_epoch(batches, work.plan.epochs_before + work.epoch, **extra)
    at = 0
    try:
        while at < len(batches):
            asked = control.looking
            looked = asked or work.looked(at)
            pixels = work.pixels(batches[at]) if looked and work.plan.augmentation.any else None
            detail = StepDetail(backend, batches[at], pixels) if looked else None
            gathered, until = [], time.perf_counter() + CHUNK_SECONDS
            while at + len(gathered) < len(batches):
                gathered.append(next(reports))
                if looked or control.stepping or control.stopped or time.perf_counter() >= until:
                    break
                if diverged(gathered[-1].losses).any():
                    break
                if work.looked(at + len(gathered)):
                    break
            if control.stepping:
                control.take_step()
            yield Chunk(
                _joined(gathered),
                [len(batch) for batch in batches[at : at + len(gathered)]],
                work.rates(base(), at, len(gathered)),
                detail and detail.done(),
                asked,
            )
            at += len(gathered)
    finally:
        reports.close()


def _joined(reports: list[StepReport]) -> StepReport:
    norms = None if reports[0].gradient_norms is None else np.concatenate([r.gradient_norms for r in reports])
    return StepReport(np.concatenate([r.losses for r in reports]), np.concatenate([r.correct for r in reports]), norms)
