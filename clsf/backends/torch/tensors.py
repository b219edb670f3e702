"""PyTorch's side of the playground. Twin of `clsf.tensors.with_numpy` and `clsf.backends.tensorflow.tensors`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from clsf.backends.torch import (
    tensors_broadcast,
    tensors_cast,
    tensors_change,
    tensors_create,
    tensors_gradients,
    tensors_layout,
    tensors_names,
    tensors_share,
    tensors_trace,
)
from clsf.tensors.outcome import Outcome, SeenValue, cut
from clsf.tensors.program import Library, ProgramCall, code_of, look_inside, steps_of
from clsf.tensors.with_numpy import look as look_numpy


def look(value: object) -> SeenValue:
    """Describe a value as PyTorch gives it."""
    if isinstance(value, np.ndarray | np.generic):
        return look_numpy(value)
    if isinstance(value, torch.Tensor):
        name = str(value.dtype).removeprefix("torch.")
        return SeenValue(cut(repr(value)), type(value).__name__, name, tuple(value.shape), _numbers(value.detach()))
    if isinstance(value, torch.Size):
        return SeenValue(repr(value), type(value).__name__, parts=tuple(map(look, value)))
    return look_inside(value, look)


def _numbers(value: torch.Tensor) -> object:
    if value._is_zerotensor():  # a gradient that is zero everywhere has no memory yet
        value = value.clone()
    return value.tolist()


LIBRARY = Library(
    "torch", "tensor", torch,
    steps_of(
        create=tensors_create, cast=tensors_cast, change=tensors_change, share=tensors_share, trace=tensors_trace,
        names=tensors_names, broadcast=tensors_broadcast, layout=tensors_layout, gradients=tensors_gradients,
    ),
    look,
)  # fmt: skip


def run(calls: Sequence[ProgramCall]) -> list[Outcome]:
    """Run some programs. A job for a worker."""
    return LIBRARY.run_all(calls)


def code(call: ProgramCall) -> str:
    """Return the text of a program without running it. A job for a worker."""
    return code_of(LIBRARY, call)
