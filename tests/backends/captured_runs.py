"""Runs in PyTorch's process: the same steps by Python and by a replayed capture. Imported there by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np

from clsf.backends.base import StepReport, Weights
from tests.inside import Job

BATCH = 6
CHUNKS = (3, 1, 5, 4)  # steps of each call: 13
SOON = 3  # steps before one is captured
CHECKED = 2  # replays before they are trusted, as in the product


@dataclass(frozen=True)
class Both:
    """What both ways told and led to, and how the capture went."""

    reports: tuple[list[StepReport], list[StepReport]]  # by Python, by the capture
    weights: tuple[Weights, Weights]
    captures: int
    replays: int
    logged: list[str]


def both_ways(job: Job, kind: str = "whole", chunks: tuple[int, ...] = CHUNKS) -> Both:
    """Train by Python and by the capture of a kind, see `_kinds`."""
    from clsf.backends.torch import captured
    from tests.backends.captured_on_cpu import Passing

    capture = _kinds()[kind]
    capture.made.clear()
    with Passing() if kind != "card" else nullcontext():
        with patch.dict(captured.CAPTURES, clear=True):
            by_python = _train(job, chunks)
        with _captures(capture) as logged:
            by_capture = _train(job, chunks)
    replays = sum(each.replays for each in capture.made)
    return Both(*zip(by_python, by_capture, strict=True), len(capture.made), replays, logged)


def _train(job: Job, chunks: tuple[int, ...]) -> tuple[list[StepReport], Weights]:
    from clsf.schedules import share

    backend, plan, rng, at, reports = job.build(), job.plan, np.random.default_rng(3), 0, []
    rest = len(job.prepared.train) % BATCH or BATCH
    for count in chunks:
        size = rest if count == 1 else BATCH  # the last batch of an epoch is smaller
        order, extra = rng.choice(job.prepared.train, (count, size)), {}
        if plan.schedule.varies:
            steps = range(at, at + count)
            extra["rates"] = np.array([plan.learning_rate * share(plan.schedule, step, sum(chunks), 1) for step in steps])
        if plan.augmentation.any:
            extra["pixels"] = rng.integers(0, 256, (*order.shape, *job.prepared.shape), dtype=np.uint8)
        reports.append(backend.train_steps(order, at, **extra))
        at += count
    backend.evaluate(job.prepared.validation)
    return reports, backend.get_weights()


def looked_at(job: Job) -> tuple[list[dict], list[float]]:
    """Return the gradients that a step by Python leaves after some steps, captured or not, and the loss of another after it."""
    told = []
    for captures in (False, True):
        with _captures(_kinds()["whole"]) if captures else patch.dict({}):
            backend, rng = job.build(), np.random.default_rng(3)
            orders = [rng.choice(job.prepared.train, (count, BATCH)) for count in (8, 1, 2)]
            backend.train_steps(orders[0], 0)
            backend.train_steps(orders[1], 8, keep_gradients=True)
            told.append((backend.last_gradients(), float(backend.train_steps(orders[2], 9).losses[-1])))
    gradients, losses = zip(*told, strict=True)
    return list(gradients), list(losses)


@contextmanager
def _captures(capture: type) -> Iterator[list[str]]:
    """Let a CPU capture steps, soon; yield what is logged."""
    from clsf.backends.torch import captured
    from clsf.backends.torch.optimizers import Optimizers

    given, logged = Optimizers.given, []

    def marked(optimizers: Optimizers, numbers: list):
        for number in numbers:
            number.on_device = True
        return given(optimizers, numbers)

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(record.getMessage())

    handler = Kept()
    captured.logger.addHandler(handler)
    try:
        with (
            patch.dict(captured.CAPTURES, {"cpu": capture, "cuda": capture}), patch.object(captured, "EAGER", SOON),
            patch.object(captured, "CHECKED", CHECKED), patch.object(Optimizers, "given", marked),
        ):  # fmt: skip
            yield logged
    finally:
        captured.logger.removeHandler(handler)


def _kinds() -> dict[str, type]:
    """Return captures: one that works, and some with a fault each; "card" is the product's own, on a GPU."""
    from clsf.backends.torch.captured import CudaGraph
    from tests.backends.captured_on_cpu import CpuCapture

    class Counted(CudaGraph):
        made: list[CudaGraph] = []  # noqa: RUF012  emptied before each use

        def __init__(self, function: Callable) -> None:
            super().__init__(function)
            self.replays = 0
            self.made.append(self)

        def replay(self) -> None:
            self.replays += 1
            super().replay()

    class Refused(CpuCapture):
        def __init__(self, function: Callable) -> None:
            super().__init__(function)
            raise RuntimeError("operation not permitted when stream is capturing")

    class Waits(CpuCapture):
        def __init__(self, function: Callable) -> None:
            super().__init__(lambda: [float(value.sum()) for value in function()])

    class Frozen(CpuCapture):
        """Replays what it saw first: what is written into its inputs later isn't read."""

        def __init__(self, function: Callable) -> None:
            import torch

            super().__init__(function)
            read = [tensor for call in self._kernels for tensor in call[1] if isinstance(tensor, torch.Tensor)]
            self._seen = [
                (tensor, tensor.clone()) for tensor in read if tensor.ndim == self.frozen and not tensor.requires_grad
            ]

        def replay(self) -> None:
            import torch

            with torch.no_grad():
                for tensor, value in self._seen:
                    tensor.copy_(value)
            super().replay()

    return {
        "card": Counted,
        "whole": CpuCapture,
        "refused": Refused,
        "waits": Waits,
        "frozen rate": type("FrozenRate", (Frozen,), {"frozen": 0}),
        "frozen images": type("FrozenImages", (Frozen,), {"frozen": 4}),
    }
