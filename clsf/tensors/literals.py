"""What a student types, read as data. Nothing is ever evaluated: `ast.literal_eval`, limited before and after."""

from __future__ import annotations

import ast
import math

from clsf.errors import ClsfError
from clsf.tensors.pasted import bare_numbers

MAX_TEXT = 2_000  # characters typed
MAX_ELEMENTS = 4_096  # in one tensor
MAX_RANK = 6
MAX_NESTING = 12  # brackets, before the text is parsed at all
MAX_WHOLE = 2**64  # a larger whole number is nothing that a framework could hold


class TensorError(ClsfError):
    """Something typed or chosen on the Tensors page that can't be used; the sentence says what can."""


def values(text: str) -> object:
    """Return the number or nested list that `text` writes. A ragged list is let through: the frameworks have their own words."""
    value = _literal(bare_numbers(text) if len(text) <= MAX_TEXT else text)
    _check(value)
    if elements(value) > MAX_ELEMENTS:
        raise too_many(elements(value))
    return value


def shape(text: str) -> tuple[int, ...]:
    """Return the shape written as `2, 3`, `(2, 3)` or `[2, 3]`; an empty text is the shape of a single number."""
    text = bare_numbers(text).strip() if len(text) <= MAX_TEXT else text
    if text in ("", "()", "[]"):
        return ()
    written = _literal(text)
    sides = (written,) if isinstance(written, int) and not isinstance(written, bool) else written
    if not isinstance(sides, list | tuple) or any(isinstance(s, bool) or not isinstance(s, int) for s in sides):
        raise TensorError(
            "A shape is a list of whole numbers such as 2, 3; '{text}' is not one.", text=text[:60]
        )  # fmt: skip
    if len(sides) > MAX_RANK:
        raise TensorError("A shape may have at most {most} axes here; this one has {count}.", most=MAX_RANK, count=len(sides))
    if math.prod(abs(s) for s in sides) > MAX_ELEMENTS:
        raise too_many(math.prod(abs(s) for s in sides))
    return tuple(sides)


def steps(start: float, stop: float, step: float) -> int:
    """Return how many numbers a range holds. Raises TensorError if there are too many or if it never ends."""
    if step == 0:
        raise TensorError("A range with a step of 0 never ends; choose another step.")
    count = max(0, math.ceil((stop - start) / step))
    if count > MAX_ELEMENTS:
        raise too_many(count)
    return count


def too_many(count: int) -> TensorError:
    return TensorError(
        "That would be {count} elements. At most {most} fit into this playground; take fewer.",
        count=f"{count:,}", most=f"{MAX_ELEMENTS:,}",
    )  # fmt: skip


def elements(value: object) -> int:
    """Return how many numbers a nested list holds."""
    return sum(map(elements, value)) if isinstance(value, list | tuple) else 1


def _literal(text: str) -> object:
    text = text.strip()
    if not text:
        raise TensorError("Nothing is written there. Write a number such as 3, or a list such as [[1, 2], [3, 4]].")
    if len(text) > MAX_TEXT:
        raise TensorError(
            "That is {count} characters long. At most {most} can be typed here; take a range or random numbers for more.",
            count=f"{len(text):,}", most=f"{MAX_TEXT:,}",
        )  # fmt: skip
    if _nesting(text) > MAX_NESTING:
        raise TensorError("Lists are nested too deeply here: at most {most} brackets inside each other.", most=MAX_NESTING)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise TensorError(
            "'{text}' is no list of numbers. Write it as in Python, for example [[1, 2], [3, 4]]; names and calculations are not read.",
            text=text if len(text) <= 60 else text[:57] + "…",
        ) from None


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _check(value: object) -> None:
    if isinstance(value, list | tuple):
        for part in value:
            _check(part)
        return
    if isinstance(value, str) and len(value) <= 20:
        return
    if isinstance(value, bool | int | float | complex):
        if isinstance(value, int) and abs(value) > MAX_WHOLE:
            raise TensorError(
                "The whole number {value} is too large: numbers up to {most} are read here.",
                value=str(value)[:30] + ("…" if len(str(value)) > 30 else ""), most=f"{MAX_WHOLE:,}",
            )  # fmt: skip
        if isinstance(value, float) and not math.isfinite(value):
            raise TensorError("A number that large is infinity for Python, which can't be written as a literal.")
        return
    raise TensorError(
        "A list may hold numbers, True and False, and short texts; '{value}' is something else.", value=str(value)[:40]
    )
