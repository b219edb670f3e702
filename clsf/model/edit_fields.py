"""Default fields of a new layer at its place, and the conversion of a browser's numbers for a field."""

from __future__ import annotations

from clsf import checks
from clsf.errors import SpecError
from clsf.model.fields import fields_of, typed
from clsf.model.shapes import Shape
from clsf.model.spec import KINDS, Layer
from clsf.words import say


def whole_numbers(kind: str, values: dict[str, object]) -> dict[str, object]:
    """Return the values with 3.0 as 3 where a field takes whole numbers, because browsers have one number type; "3×1" as (3, 1)."""
    takes = {field.name: field.rule.takes for field in fields_of(KINDS[kind])}
    return {name: _number(value, takes.get(name)) for name, value in values.items()}


def _number(value: object, takes: str | None) -> object:
    if takes in ("whole", "pair") and isinstance(value, float) and value.is_integer():
        return int(value)
    if takes == "pair" and isinstance(value, str):
        try:
            return typed(value)
        except ValueError:  # the field's own check names the valid values
            return value
    return value


def fresh(kind: object, shape: Shape | None) -> Layer:
    """Return a new layer, of a usual size, adapted to `shape` if that is known. Raises SpecError for an unknown kind."""
    checks.known(SpecError, say("layer kind"), kind, KINDS)
    return KINDS[kind].fresh(shape)
