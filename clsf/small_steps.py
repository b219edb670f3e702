"""Which training steps are so small that one thread computes them; then several runs can share the cores."""

from __future__ import annotations

MULTIPLY_ADDS = 16_000_000
"""Of a step, forward, up to which PyTorch uses one thread here. Two threads win up to a quarter there while nothing else runs; but beside
one busy process they wait for each other's turn, and steps of 0.5 ms were seen to take 36 ms (an MLP on digits, two cores)."""


def is_small(multiply_adds: int) -> bool:
    """Return whether a step of so many multiply-adds, forward, is computed by one thread."""
    return multiply_adds <= MULTIPLY_ADDS
