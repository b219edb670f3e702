"""NumPy's side of the playground. Twin of `clsf.backends.tensorflow.tensors` and `clsf.backends.torch.tensors`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clsf.tensors.outcome import Outcome, SeenValue, cut
from clsf.tensors.program import Library, ProgramCall, code_of, look_inside, steps_of
from clsf.tensors.with_numpy import broadcast, cast, change, create, gradients, layout, names, share, trace


def look(value: object) -> SeenValue:
    """Describe a value as NumPy gives it."""
    if isinstance(value, np.ndarray | np.generic):
        kind = type(value).__name__
        return SeenValue(cut(repr(value)), kind, value.dtype.name, tuple(value.shape), value.tolist())
    return look_inside(value, look)


LIBRARY = Library(
    "np", "array", np,
    steps_of(
        create=create, cast=cast, change=change, share=share, trace=trace, names=names, broadcast=broadcast, layout=layout,
        gradients=gradients,
    ),
    look,
)  # fmt: skip


def run(calls: Sequence[ProgramCall]) -> list[Outcome]:
    """Run some programs. A job for a worker."""
    return LIBRARY.run_all(calls)


def code(call: ProgramCall) -> str:
    """Return the text of a program without running it. A job for a worker."""
    return code_of(LIBRARY, call)
