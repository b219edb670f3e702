"""PyTorch's programs of lessons and questions: those of the playground, and some with layers, losses and optimizers.

Twin of `clsf.backends.tensorflow.lessons`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsf.backends.torch import lessons_layers, lessons_learning, lessons_own, tensors
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ProgramCall, code_of, steps_of

LIBRARY = replace(
    tensors.LIBRARY,
    steps={**tensors.LIBRARY.steps, **steps_of(layers=lessons_layers, learning=lessons_learning, own=lessons_own)},
)


def run(calls: Sequence[ProgramCall]) -> list[Outcome]:
    """Run some programs. A job for a worker."""
    return LIBRARY.run_all(calls)


def code(call: ProgramCall) -> str:
    """Return the text of a program without running it. A job for a worker."""
    return code_of(LIBRARY, call)
