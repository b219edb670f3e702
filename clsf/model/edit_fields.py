"""What a new layer is like where it is put, and what a browser's numbers mean for a field."""

from __future__ import annotations

from clsf import checks
from clsf.errors import SpecError
from clsf.model.fields import fields_of
from clsf.model.shapes import Shape
from clsf.model.spec import KINDS, Layer
from clsf.words import say


def whole_numbers(kind: str, values: dict[str, object]) -> dict[str, object]:
    """Return the values with 3.0 as 3 where a field takes whole numbers: a browser has but one kind of number."""
    whole = {field.name for field in fields_of(KINDS[kind]) if field.rule.takes == "whole"}
    return {
        name: int(value) if name in whole and isinstance(value, float) and value.is_integer() else value
        for name, value in values.items()
    }


def fresh(kind: object, shape: Shape | None) -> Layer:
    """Return a new layer, of a size that is usual, made to fit on `shape` if that is known. Raises SpecError for an unknown kind."""
    checks.known(SpecError, say("layer kind"), kind, KINDS)
    return KINDS[kind].fresh(shape)
