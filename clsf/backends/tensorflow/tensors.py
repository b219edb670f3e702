"""TensorFlow's side of the playground. Twin of `clsf.tensors.with_numpy` and `clsf.backends.torch.tensors`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow import (
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
    """Describe a value as TensorFlow gives it."""
    if isinstance(value, np.ndarray | np.generic):
        return look_numpy(value)
    if isinstance(value, tf.Tensor | tf.Variable):
        shape = tuple(value.shape) if value.shape.rank is not None else None
        return SeenValue(cut(repr(value)), type(value).__name__, value.dtype.name, shape, _numbers(value))
    if isinstance(value, tf.TensorShape) and value.rank is not None:
        return SeenValue(repr(value), type(value).__name__, parts=tuple(map(look, value.as_list())))
    return look_inside(value, look)


def _numbers(value: tf.Tensor | tf.Variable) -> object:
    if not hasattr(value, "numpy") or value.dtype == tf.string:
        return None
    array = np.asarray(value.numpy())
    return (array.astype(np.float32) if value.dtype == tf.bfloat16 else array).tolist()


LIBRARY = Library(
    "tf", "constant", tf,
    steps_of(
        create=tensors_create, cast=tensors_cast, change=tensors_change, share=tensors_share, trace=tensors_trace,
        names=tensors_names, broadcast=tensors_broadcast, layout=tensors_layout, gradients=tensors_gradients,
    ),
    look,
    logger="tensorflow",
)  # fmt: skip


def run(calls: Sequence[ProgramCall]) -> list[Outcome]:
    """Run some programs. A job for a worker."""
    with tf.device("/CPU:0"):  # memory addresses and strides are looked at; a lesson needs no GPU
        return LIBRARY.run_all(calls)


def code(call: ProgramCall) -> str:
    """Return the text of a program without running it. A job for a worker."""
    return code_of(LIBRARY, call)
