"""The rule of broadcasting, axis by axis from the right. Arithmetic only; the frameworks have the last word on the page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

Rule = Literal["equal", "stretch-left", "stretch-right", "missing-left", "missing-right", "clash"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One position from the right: the two sides (None where an axis is missing), the rule that holds, and the result."""

    left: int | None
    right: int | None
    rule: Rule
    result: int | None


def axes(left: tuple[int, ...], right: tuple[int, ...]) -> list[Axis]:
    """Return the axes from left to right, aligned at the right."""
    pairs = list(zip_longest(reversed(left), reversed(right)))
    return [_axis(a, b) for a, b in reversed(pairs)]


def result(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the resulting shape; None where the shapes don't fit together."""
    sides = [axis.result for axis in axes(left, right)]
    return None if None in sides else tuple(sides)


def _axis(left: int | None, right: int | None) -> Axis:
    if left is None:
        return Axis(left, right, "missing-left", right)
    if right is None:
        return Axis(left, right, "missing-right", left)
    if left == right:
        return Axis(left, right, "equal", left)
    if left == 1:
        return Axis(left, right, "stretch-left", right)
    if right == 1:
        return Axis(left, right, "stretch-right", left)
    return Axis(left, right, "clash", None)
