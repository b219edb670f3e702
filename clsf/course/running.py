"""Programs that compute answers: one line of a lesson names the steps of a program and its arguments.

    torch create.inferred create.pick values=[[1, 2], [3, 4]] index=[0, :]     read: shape

The steps are functions of `clsf.tensors.with_numpy` and of `clsf.backends.<framework>.lessons`; the code that a student sees is
the functions' own text (see `clsf.tensors.program`). Arguments are Python literals; no text of a lesson is evaluated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clsf.errors import CourseError
from clsf.tensors.dtypes import DTYPES
from clsf.tensors.outcome import Outcome
from clsf.tensors.program import ArgumentList, Dtype, Pick, ProgramCall

Side = Literal["numpy", "tensorflow", "torch"]
SIDES: tuple[Side, ...] = ("numpy", "tensorflow", "torch")

JOBS = {
    "numpy": ("torch", "clsf.tensors.with_numpy:run"),  # needs no framework; any worker would do
    "tensorflow": ("tensorflow", "clsf.backends.tensorflow.lessons:run"),
    "torch": ("torch", "clsf.backends.torch.lessons:run"),
}
"""Side -> the worker's framework, and the job that runs programs there."""

ERROR = "error"  # the answer "it raises an error"


@dataclass(frozen=True, slots=True)
class LessonProgram:
    """A program in one library, and which part of its outcome is the answer."""

    side: Side
    call: ProgramCall
    read: str  # a name in READERS

    def truth(self, outcome: Outcome) -> str:
        """Return the answer that an outcome gives, in the form of a choice."""
        return ERROR if outcome.raised else READERS[self.read](outcome)


def _shape(outcome: Outcome) -> str:
    seen = outcome.value
    shape = seen.shape if seen.shape is not None else tuple(part.values for part in seen.parts)
    return str(tuple(shape)) if len(shape) != 1 else f"({shape[0]},)"


def _memory(outcome: Outcome) -> str:
    _, before, after = outcome.value.parts
    return "no" if before.values == after.values else "yes"


def _prints(outcome: Outcome) -> str:
    return str(len(outcome.printed.splitlines()))


def _dtype(outcome: Outcome) -> str:
    text = outcome.value.text
    return text.removeprefix("torch.").removeprefix("tf.").removeprefix("dtype('").removesuffix("')")


def _value(outcome: Outcome) -> str:
    return str(outcome.value.values) if isinstance(outcome.value.values, str) else outcome.value.text


def _numbers(outcome: Outcome) -> str:
    numbers = outcome.value.values
    return str(numbers[0]) if isinstance(numbers, list) and len(numbers) == 1 else str(numbers)


def _truth(outcome: Outcome) -> str:
    return "yes" if outcome.value.values else "no"


READERS: dict[str, Callable[[Outcome], str]] = {
    "shape": _shape, "memory": _memory, "prints": _prints, "dtype": _dtype, "value": _value, "yes-no": _truth,
    "numbers": _numbers,
}  # fmt: skip


def program(text: str, read: str) -> LessonProgram:
    """Return the program that a line of a lesson describes. Raises CourseError, which says what is wrong."""
    words = text.split()
    if not words or words[0] not in SIDES:
        raise CourseError("A program begins with numpy, tensorflow or torch, but here it is '{text}'.", text=text[:60])
    if read not in READERS:
        raise CourseError(
            "'read: {read}' is not known. What can be read off a program: {names}.", read=read, names=", ".join(READERS)
        )
    head, _, rest = text.partition("=")
    if rest:
        head, _, first = head.rpartition(" ")
        rest = f"{first}={rest}"
    steps = head.split()[1:]
    if not steps or not all(re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", step) for step in steps):
        raise CourseError(
            "After {side} come the names of functions, such as create.pick, but here it is '{text}'.",
            side=words[0], text=head[:60],
        )  # fmt: skip
    arguments = {name: _argument(name, value) for name, value in _pairs(rest)}
    return LessonProgram(words[0], ProgramCall.of(*steps, **arguments), read)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return (name, value) of `a=1 b=[1, 2]`; a space inside brackets or quotes does not separate."""
    pairs, depth, quote, start = [], 0, "", 0
    for at, letter in enumerate(text + " "):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == " " and depth == 0:
            if piece := text[start:at].strip():
                name, equals, value = piece.partition("=")
                if not equals or not name.isidentifier():
                    raise CourseError("An argument is written as name=value, but here it is '{text}'.", text=piece[:60])
                pairs.append((name, value))
            start = at
    if depth or quote:
        raise CourseError("A bracket or a quotation mark is not closed in '{text}'.", text=text[:60])
    return pairs


def _argument(name: str, text: str) -> object:
    if name.startswith("index"):
        return Pick(tuple(_axis(part.strip()) for part in text.strip("[]").split(","))) if text.strip("[]") else Pick(())
    if text in DTYPES:
        return Dtype(text)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        raise CourseError("{name} is {text}, but must be a number, a text or a list.", name=name, text=text[:60]) from None
    return ArgumentList(tuple(value)) if name == "arguments" else value


def _axis(text: str) -> int | tuple[int | None, int | None, int | None]:
    parts = [part.strip() for part in text.split(":")]
    try:
        numbers = [int(part) if part else None for part in parts]
    except ValueError:
        raise CourseError("'{text}' can't stand between brackets: write a position, a:b or a:b:c.", text=text[:60]) from None
    if len(numbers) == 1 and numbers[0] is not None:
        return numbers[0]
    if len(numbers) not in (2, 3):
        raise CourseError("'{text}' can't stand between brackets: write a position, a:b or a:b:c.", text=text[:60])
    return (*numbers, None) if len(numbers) == 2 else tuple(numbers)
