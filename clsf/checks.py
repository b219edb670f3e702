"""Checks of plain values that come from outside: each raises the given error with a sentence that names the field."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from clsf.errors import ClsfError
from clsf.words import Sentence, say


def known(error: type[ClsfError], what: Sentence, value: object, names: Iterable[str]) -> None:
    """Raise `error` unless `value` is one of `names`; the sentence lists them and offers the nearest."""
    names = list(names)
    if isinstance(value, str) and value in names:
        return
    near = get_close_matches(str(value), names, n=1)
    if near:
        raise error(
            "Unknown {what} '{value}'. Did you mean '{near}'? Known: {names}.",
            what=what, value=str(value)[:60], near=near[0], names=", ".join(names),
        )  # fmt: skip
    raise error("Unknown {what} '{value}'. Known: {names}.", what=what, value=str(value)[:60], names=", ".join(names))


def whole(error: type[ClsfError], what: Sentence, value: object, low: int, high: int) -> None:
    """Raise `error` unless `value` is an int (no bool) with low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise error(
            "{what} is {value}, but must be a whole number from {low} to {high}.",
            what=what, value=shown(value), low=low, high=high,
        )  # fmt: skip


def number(error: type[ClsfError], what: Sentence, value: object, low: float, high: float) -> None:
    """Raise `error` unless `value` is a finite number with low < value <= high."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value <= high:
        raise error(
            "{what} is {value}, but must be a number above {low} and at most {high}.",
            what=what, value=shown(value), low=f"{low:g}", high=f"{high:g}",
        )  # fmt: skip


def between(error: type[ClsfError], what: Sentence, value: object, low: float, high: float) -> None:
    """Raise `error` unless `value` is a finite number with low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise error(
            "{what} is {value}, but must be a number from {low} to {high}.",
            what=what, value=shown(value), low=f"{low:g}", high=f"{high:g}",
        )  # fmt: skip


def one_of(error: type[ClsfError], what: Sentence, value: object, choices: Iterable[object]) -> None:
    """Raise `error` unless `value` equals one of a few `choices`."""
    choices = list(choices)
    if not any(type(value) is type(c) and value == c for c in choices):
        raise error(
            "{what} is {value}, but must be one of {choices}.",
            what=what, value=shown(value), choices=", ".join(shown(c) for c in choices),
        )  # fmt: skip


def shown(value: object) -> str:
    """Return a short text of any value, safe to put into a sentence: JSON words for JSON values, cut at 60 characters."""
    text = {None: "null", True: "true", False: "false"}.get(value) if value is None or isinstance(value, bool) else None
    text = text or (f"'{value}'" if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:57] + "…"


def field(name: str) -> Sentence:
    """Return the sentence that stands for a field named in code, such as `filters`: the same word in every language."""
    return say("{name}", name=name)
