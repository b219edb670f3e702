"""Which training steps are so small that one thread computes them; then several runs can share the cores."""

from __future__ import annotations

MULTIPLY_ADDS = 16_000_000
"""Multiply-adds of a step, forward, up to which PyTorch uses one thread here. With two it is up to a third shorter while nothing
else runs; but next to one busy process they wait for each other, and it takes two to six times as long (tests/bench/README.md)."""


def is_small(multiply_adds: int) -> bool:
    """Return whether a step of the given number of multiply-adds, forward, is computed by one thread."""
    return multiply_adds <= MULTIPLY_ADDS
