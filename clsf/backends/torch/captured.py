"""A training step captured once on a GPU and then replayed: its kernels start again on the same memory, without Python.

A small network's step is some hundred kernels of a few microseconds each, and Python takes longer to start them than the GPU to
compute them. What changes from step to step (images, labels, masks, learning rate) is written into memory that the kernels read.
Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from clsf.backends.torch.optimizers import Optimizers
from clsf.plan import Plan

logger = logging.getLogger("clsf.backends")

EAGER = 20
"""Steps that Python takes before one is captured: capturing takes as long as some of them, so shorter runs don't gain."""

CHECKED = 2
"""Replayed steps that Python takes too, from the same state: two, so that what should have changed between them is noticed."""

LIMIT = {torch.float32: 0.05, torch.float64: 1e-6}
"""How far a replayed step may be from Python's, as a share of it: enough to tell rounding from images, labels, masks or rates of
another step. With deterministic kernels it is equal."""

Step = Callable[[Tensor, Tensor, dict[str, Tensor]], tuple[Tensor, Tensor, Tensor]]
"""(images, labels, masks by path) -> loss, outputs, norm of the gradient; it updates the weights."""


class Capture(Protocol):
    """Something that captures what a function computes. `outputs`: what the function returned; a replay writes into them again."""

    outputs: tuple[Tensor, ...]

    def __init__(self, function: Callable[[], tuple[Tensor, ...]]) -> None: ...

    @staticmethod
    def warm(function: Callable[[], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """Return what the function returns, called in the way that a capture must have seen before."""

    def replay(self) -> None: ...


class CudaGraph:
    """A `Capture` on a GPU. No kernel runs while it is captured."""

    def __init__(self, function: Callable[[], tuple[Tensor, ...]]) -> None:
        self._graph = torch.cuda.CUDAGraph()
        # Only what this thread does can spoil the capture: a worker's other thread may use the GPU meanwhile.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self.outputs = function()

    @staticmethod
    def warm(function: Callable[[], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            outputs = function()
        torch.cuda.current_stream().wait_stream(stream)
        return outputs

    def replay(self) -> None:
        self._graph.replay()


CAPTURES: dict[str, type[Capture]] = {"cuda": CudaGraph}
"""Kind of device -> how it captures a step."""


def capture_for(scope: torch.device, plan: Plan, optimizer: Optimizers) -> type[Capture] | None:
    """Return how a step of the plan is captured on a device; None where Python takes each step.

    That is: on a CPU; where an update looks at more than one batch; under autocast; and where PyTorch's own optimizer or dropout
    is used, which keep numbers of their own.
    """
    plain = plan.accumulate == 1 and not plan.average and not plan.mixed and not plan.native_dropout
    return CAPTURES.get(scope.type) if plain and optimizer.aligned else None


class CapturedSteps:
    """Takes training steps: by Python at first, then by replaying one. A step whose batch has another size is Python's.

    Before it is trusted, a captured step is compared with Python's. If it can't be captured or isn't the same, Python goes on
    taking each step, and the log says why. No step that is used comes from a capture that was not checked.
    """

    def __init__(
        self, step: Step, optimizer: Optimizers, weights: list[Tensor], batch_size: int, capture: type[Capture] | None
    ) -> None:
        """`weights`: everything besides the optimizer's memory that a step changes."""
        self._step, self._optimizer, self._weights, self._batch = step, optimizer, weights, batch_size
        self._capture, self._graph = capture, None
        self._taken = self._checked = 0

    def take(self, images: Tensor, labels: Tensor, masks: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """Take one step as `Step` does."""
        if self._capture is None or len(labels) != self._batch:
            return self._step(images, labels, masks)
        self._taken += 1
        if self._taken < EAGER:
            return self._step(images, labels, masks)
        if self._graph is None:
            return self._captured(images, labels, masks)
        if self._checked < CHECKED:
            return self._compared(images, labels, masks)
        return self._replayed(images, labels, masks, self._optimizer.next_numbers())

    def _captured(self, images: Tensor, labels: Tensor, masks: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """Take a step by Python, and capture the next."""
        told = self._capture.warm(lambda: self._step(images, labels, masks))
        self._images, self._labels = torch.empty_like(images), labels.clone()
        self._masks = {path: mask.clone() for path, mask in masks.items()}
        self._numbers = [images.new_full((), number) for number in self._optimizer.numbers]
        self._written = self._optimizer.numbers
        try:
            with self._optimizer.given(self._numbers):
                self._graph = self._capture(lambda: self._step(self._images, self._labels, self._masks))
        except Exception as error:  # whatever a kernel that can't be captured raises; the step itself is fine
            self._give_up(f"it can't be captured ({type(error).__name__}: {error})")
        return told

    def _replayed(self, images: Tensor, labels: Tensor, masks: dict[str, Tensor], numbers: list[float]) -> tuple[Tensor, ...]:
        self._images.copy_(images)
        self._labels.copy_(labels)
        for path, mask in masks.items():
            self._masks[path].copy_(mask)
        for place, number, written in zip(self._numbers, numbers, self._written, strict=True):
            if number != written:  # a fill takes the number along; a copy from the processor's memory may wait for the GPU
                place.fill_(number)
        self._written = numbers
        self._graph.replay()
        return tuple(output.clone() for output in self._graph.outputs)

    def _compared(self, images: Tensor, labels: Tensor, masks: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """Take a step by Python, then replay it from the same state, and compare. Python's is the one that counts."""
        state = [*self._weights, *self._optimizer.memory]
        before = [value.clone() for value in state]
        told = self._step(images, labels, masks)
        after = [value.clone() for value in state]
        _put(state, before)
        replayed = self._replayed(images, labels, masks, self._optimizer.numbers)
        moved = _apart(_joined(state), _joined(after), _joined(before))
        farthest = max(moved, *(_apart(mine, own, torch.zeros_like(own)) for mine, own in zip(replayed, told, strict=True)))
        _put(state, after)
        self._checked += 1
        if not farthest <= LIMIT[images.dtype]:
            self._give_up(f"replaying it gives another step (apart by {farthest:.1e} of it)")
        return told

    def _give_up(self, why: str) -> None:
        logger.warning("PyTorch's training step is not replayed as a CUDA graph: %s. Python takes each step, as on a CPU.", why)
        self._capture = self._graph = None


@torch.no_grad()
def _put(tensors: list[Tensor], values: list[Tensor]) -> None:
    for tensor, value in zip(tensors, values, strict=True):
        tensor.copy_(value)


def _joined(tensors: list[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def _apart(mine: Tensor, own: Tensor, before: Tensor) -> float:
    """Return how far two vectors are apart beyond rounding, as a share of how far `own` has moved."""
    own, rounding = own.detach().double(), 8 * torch.finfo(own.dtype).eps
    far, moved = ((value.detach().double() - own).norm() for value in (mine, before))
    beyond = float(far - rounding * own.norm())
    return 0.0 if beyond <= 0 else beyond / max(float(moved), 1e-300)
