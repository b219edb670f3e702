"""Whether what the three libraries answered is the same: shape first, then every number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from clsf.tensors.outcome import Outcome, SeenValue

CLOSE = 1e-5  # relative; float32 keeps seven digits, and functions such as exp differ in the last one

Verdict = Literal["equal", "dtype", "different"]


def verdict(outcomes: Sequence[Outcome]) -> Verdict:
    """Return "equal", "dtype" if only the number types differ, else "different"."""
    if any(not o.ok or o.value is None for o in outcomes):
        return "different"
    first, *others = [o.value for o in outcomes]
    if not all(same(first, other) for other in others):
        return "different"
    kinds = {dtypes(o.value) for o in outcomes}
    return "equal" if len(kinds) == 1 else "dtype"


def same(one: SeenValue, other: SeenValue) -> bool:
    """Return whether two values hold the same numbers in the same shape, whatever their types are called."""
    if one.parts or other.parts:
        return len(one.parts) == len(other.parts) and all(same(a, b) for a, b in zip(one.parts, other.parts, strict=True))
    if one.values is None or other.values is None:
        return one.text == other.text
    return (one.shape or ()) == (other.shape or ()) and close(one.values, other.values)


def close(one: object, other: object) -> bool:
    """Return whether two numbers or nested lists of numbers agree."""
    if isinstance(one, list | tuple) or isinstance(other, list | tuple):
        if not (isinstance(one, list | tuple) and isinstance(other, list | tuple)) or len(one) != len(other):
            return False
        return all(close(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) or isinstance(other, float):
        try:
            return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-7) or (math.isnan(one) and math.isnan(other))
        except TypeError:
            return one == other
    return one == other


def dtypes(seen: SeenValue) -> tuple[str, ...]:
    """Return the number types in a value, in order."""
    return tuple(d for part in seen.parts for d in dtypes(part)) if seen.parts else (seen.dtype,)
