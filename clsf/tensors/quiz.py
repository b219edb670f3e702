"""Predict, then reveal: questions about programs, and how the answer is read off from what really came out.

A question knows which answers can be given, never which one is right: that is what the run says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ArgumentList, Call, Dtype, Pick
from clsf.words import Sentence, say

Topic = Literal["shape", "stretch", "memory", "prints", "dtype"]
Side = Literal["numpy", "tensorflow", "torch"]

ERROR = "error"  # the answer "it raises an error"

ASKED: dict[Topic, Sentence] = {
    "shape": say("What shape comes out?"),
    "stretch": say("What shape comes out?"),
    "memory": say("Does b change when a is changed?"),
    "prints": say("How many times is the line inside the function printed?"),
    "dtype": say("Which dtype comes out?"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One program in one library, and the answers to choose from."""

    name: str
    topic: Topic
    side: Side
    call: Call
    choices: tuple[str, ...]

    def truth(self, outcome: Outcome) -> str:
        """Return which of the choices the outcome is; something else if the question is badly put."""
        return ERROR if outcome.raised else _READ[self.topic](outcome)


def _shape(outcome: Outcome) -> str:
    seen = outcome.value
    shape = seen.shape if seen.shape is not None else tuple(int(part.values) for part in seen.parts)
    return str(tuple(shape)) if len(shape) != 1 else f"({shape[0]},)"


def _memory(outcome: Outcome) -> str:
    _, before, after = outcome.value.parts
    return "no" if before.values == after.values else "yes"


def _prints(outcome: Outcome) -> str:
    return str(len(outcome.printed.splitlines()))


def _dtype(outcome: Outcome) -> str:
    return outcome.value.text.removeprefix("torch.").removeprefix("tf.").removeprefix("dtype('").removesuffix("')")


_READ: dict[Topic, Callable[[Outcome], str]] = {
    "shape": _shape,
    "stretch": _shape,
    "memory": _memory,
    "prints": _prints,
    "dtype": _dtype,
}

_GRID = [[1, 2, 3], [4, 5, 6]]
_CUBE = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
_WHOLE = (None, None, None)
_THREE = ([1, 2, 3], "int32")
_CHANGE = {"values": _GRID, "index": Pick((0, 0)), "value": 99}


def _add(left: tuple[int, ...], right: tuple[int, ...]) -> Call:
    return Call.of("broadcast.add", left=left, right=right)


def _pick(*axes: object) -> Call:
    return Call.of("create.inferred", "create.pick", values=_CUBE, index=Pick(axes))


def _promote(left: str, right: str) -> Call:
    return Call.of("cast.promote", left=Dtype(left), right=Dtype(right))


QUESTIONS: tuple[Question, ...] = (
    Question("slice-int", "shape", "torch", _pick(0, _WHOLE, 1), ("(2,)", "(1, 2, 1)", "(2, 1)", ERROR)),
    Question("slice-range", "shape", "numpy", _pick((0, 1, None), _WHOLE, 1), ("(2,)", "(1, 2)", "(1, 2, 1)", ERROR)),
    Question("slice-back", "shape", "torch", _pick(_WHOLE, _WHOLE, (None, None, -1)), ("(2, 2, 3)", "(3, 2, 2)", "(2, 2)", ERROR)),
    Question("slice-far", "shape", "numpy", _pick((0, 9, None)), ("(2, 2, 3)", "(9, 2, 3)", "(0, 2, 3)", ERROR)),
    Question("stretch", "stretch", "numpy", _add((2, 1), (3,)), ("(2, 3)", "(3, 2)", "(2, 1, 3)", ERROR)),
    Question("stretch-three", "stretch", "torch", _add((4, 1, 3), (2, 3)), ("(4, 2, 3)", "(4, 1, 3)", "(2, 4, 3)", ERROR)),
    Question("clash", "stretch", "tensorflow", _add((4, 3), (4,)), ("(4, 3)", "(4, 4)", "(4, 3, 4)", ERROR)),
    Question("column", "stretch", "tensorflow", _add((3, 1), (1, 3)), ("(3, 3)", "(3, 1)", "(1, 1)", ERROR)),
    Question("part", "memory", "torch", Call.of("share.part", **_CHANGE), ("yes", "no", ERROR)),
    Question("picked", "memory", "numpy", Call.of("share.picked", **_CHANGE), ("yes", "no", ERROR)),
    Question("from-numpy", "memory", "torch", Call.of("share.from_numpy", **_CHANGE), ("yes", "no", ERROR)),
    Question("tensor-copy", "memory", "torch", Call.of("share.copied_from_numpy", **_CHANGE), ("yes", "no", ERROR)),
    Question("variable-part", "memory", "tensorflow", Call.of("share.part", **_CHANGE), ("yes", "no", ERROR)),
    Question("transpose", "memory", "numpy", Call.of("share.transposed", **_CHANGE), ("yes", "no", ERROR)),
    Question(
        "same-tensor", "prints", "tensorflow", Call.of("trace.calls", arguments=ArgumentList((_THREE, _THREE, _THREE))),
        ("0", "1", "2", "3"),
    ),
    Question(
        "eager", "prints", "torch", Call.of("trace.calls", arguments=ArgumentList((_THREE, _THREE, _THREE))), ("0", "1", "2", "3")
    ),
    Question(
        "python-numbers", "prints", "tensorflow", Call.of("trace.calls", arguments=ArgumentList((1, 2, 1))), ("0", "1", "2", "3")
    ),
    Question(
        "new-shape", "prints", "tensorflow", Call.of("trace.calls", arguments=ArgumentList((_THREE, ([1, 2], "int32"), _THREE))),
        ("0", "1", "2", "3"),
    ),
    Question("meets", "dtype", "numpy", _promote("int32", "float32"), ("int32", "float32", "float64", ERROR)),
    Question("meets-tf", "dtype", "tensorflow", _promote("int32", "float32"), ("int32", "float32", "float64", ERROR)),
    Question("meets-torch", "dtype", "torch", _promote("int64", "float16"), ("int64", "float16", "float32", "float64", ERROR)),
    Question("unsigned", "dtype", "torch", _promote("uint8", "int8"), ("uint8", "int8", "int16", ERROR)),
    Question("float-list", "dtype", "numpy", Call.of("cast.infer", value=[1, 2.5]), ("int64", "float32", "float64", ERROR)),
    Question("float-list-torch", "dtype", "torch", Call.of("cast.infer", value=[1, 2.5]), ("int64", "float32", "float64", ERROR)),
    Question("whole-tf", "dtype", "tensorflow", Call.of("cast.infer", value=[1, 2]), ("int32", "int64", "float32", ERROR)),
)  # fmt: skip


def of(*topics: Topic) -> tuple[Question, ...]:
    """Return the questions of some topics."""
    return tuple(q for q in QUESTIONS if q.topic in topics)
