"""The rules for a layer's fields: a rule next to each type, with the field's purpose. Checks, forms, limits and links use them.

    filters: Annotated[int, Whole(1, 65_536), say("Kernels, and so channels that come out.")]

A rule checks a value (`check`) with clear messages, reads it from a link's text (`read`), and has the data for a form: `takes`,
`low`, `high`, `choices`. Source: scikit-learn's `_parameter_constraints`, which are next to the class too.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, ClassVar, get_type_hints

from clsf import checks
from clsf.errors import SpecError
from clsf.model.shapes import one_or_two
from clsf.words import Sentence


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; `few` is the maximum on the Layers page, which shows every number."""

    low: int
    high: int
    few: int = 0
    optional: bool = False  # may be None
    younger: bool = False  # newer than the file format: omitted at its default, so that older versions can read the file
    takes: ClassVar[str] = "whole"
    choices: ClassVar[tuple[str, ...]] = ()

    def check(self, what: Sentence, value: object) -> None:
        if not (type(value) is int and self.low <= value <= self.high) and (value is not None or not self.optional):
            checks.whole(SpecError, what, value, self.low, self.high)

    def read(self, text: str) -> object:
        return None if text == "None" else number(text, int)


@dataclass(frozen=True, slots=True)
class Pair:
    """A whole number, or two: for the height and for the width. Two that are equal are kept as one, which means both."""

    low: int
    high: int
    few: int = 0  # as in Whole
    optional: bool = False
    takes: ClassVar[str] = "pair"
    choices: ClassVar[tuple[str, ...]] = ()

    def tidy(self, value: object) -> object:
        """Return the value in its stored form: 3 for (3, 3), a list as a tuple."""
        if isinstance(value, list | tuple) and len(value) == 2 and all(type(side) is int for side in value):
            return one_or_two(tuple(value))
        return value

    def check(self, what: Sentence, value: object) -> None:
        if value is None and self.optional:
            return
        if isinstance(value, tuple | list):
            if len(value) != 2:
                raise SpecError(
                    "{what} is {value}, but must be a whole number, or two of them: height and width.",
                    what=what, value=checks.shown(value),
                )  # fmt: skip
            for side in value:
                checks.whole(SpecError, what, side, self.low, self.high)
        else:
            checks.whole(SpecError, what, value, self.low, self.high)

    def read(self, text: str) -> object:
        if text == "None":
            return None
        try:
            return typed(text)
        except ValueError:
            raise SpecError("'{value}' in a chain is not a number.", value=text[:40]) from None


@dataclass(frozen=True, slots=True)
class Share:
    """A number of at least 0 and below 1; `high` is the largest value in a form."""

    meaning: Sentence
    high: float = 0.99
    low: ClassVar[float] = 0
    optional: ClassVar[bool] = False
    takes: ClassVar[str] = "number"
    choices: ClassVar[tuple[str, ...]] = ()

    def check(self, what: Sentence, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise SpecError(
                "{what} is {value}, but must be at least 0 and below 1: {meaning}.",
                what=what, value=checks.shown(value), meaning=self.meaning,
            )  # fmt: skip

    def read(self, text: str) -> object:
        return number(text, float)


@dataclass(frozen=True, slots=True)
class Above:
    """A number above `low` and at most `high`."""

    low: float
    high: float
    optional: ClassVar[bool] = False
    takes: ClassVar[str] = "number"
    choices: ClassVar[tuple[str, ...]] = ()

    def check(self, what: Sentence, value: object) -> None:
        checks.number(SpecError, what, value, self.low, self.high)

    def read(self, text: str) -> object:
        return number(text, float)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; `what` names an unknown one in a message, if not the field's name."""

    choices: tuple[str, ...]
    what: str = ""
    low: ClassVar[int] = 0
    high: ClassVar[int] = 1
    optional: ClassVar[bool] = False
    takes: ClassVar[str] = "choice"

    def check(self, what: Sentence, value: object) -> None:
        if type(value) is str and value in self.choices:
            return
        if self.what:
            checks.known(SpecError, checks.field(self.what), value, self.choices)
        else:
            checks.one_of(SpecError, what, value, self.choices)

    def read(self, text: str) -> object:
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    low: ClassVar[int] = 0
    high: ClassVar[int] = 1
    optional: ClassVar[bool] = False
    takes: ClassVar[str] = "flag"
    choices: ClassVar[tuple[str, ...]] = ()

    def check(self, what: Sentence, value: object) -> None:
        if value is not True and value is not False:
            checks.one_of(SpecError, what, value, (True, False))

    def read(self, text: str) -> object:
        return {"True": True, "False": False}.get(text, text)


Rule = Whole | Pair | Share | Above | Choice | Flag


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer: its name, its rule, its purpose, and its default (None if it is required)."""

    name: str
    rule: Rule
    help: Sentence
    default: Any
    needed: bool
    word: Sentence  # its name in a sentence

    def check(self, value: object) -> None:
        """Raise SpecError, naming the field, for a value that violates the rule."""
        self.rule.check(self.word, value)


@cache
def fields_of(kind: type) -> tuple[Field, ...]:
    """Return the fields of a layer's class that have a rule, in order."""
    hints = get_type_hints(kind, include_extras=True)
    read = []
    for one in fields(kind):
        notes = getattr(hints[one.name], "__metadata__", ())
        if notes:
            needed = one.default is MISSING
            read.append(Field(one.name, notes[0], notes[1], None if needed else one.default, needed, checks.field(one.name)))
    return tuple(read)


def field_of(kind: type, name: str) -> Field:
    """Return the field of that name."""
    return next(field for field in fields_of(kind) if field.name == name)


def check(layer: object) -> None:
    """Check every field of a layer by its rule, in order. Raises SpecError for the first wrong one."""
    for field in fields_of(type(layer)):
        if isinstance(field.rule, Pair):
            object.__setattr__(layer, field.name, field.rule.tidy(getattr(layer, field.name)))
        field.check(getattr(layer, field.name))


def typed(text: str) -> int | tuple[int, ...]:
    """Read "3", "3×1", "3x1", "3, 1", "(3, 1)" or "3+1". Raises ValueError for other text."""
    parts = re.split(r"\s*[×xX*,+;]\s*|\s+", text.strip().strip("()[]").strip())
    numbers = tuple(map(int, parts))
    return numbers[0] if len(numbers) == 1 else numbers


def number(text: str, kind: type) -> object:
    """Return the number in a link's text. Raises SpecError if it is not a number."""
    try:
        return kind(text)
    except ValueError:
        raise SpecError("'{value}' in a chain is not a number.", value=text[:40]) from None
