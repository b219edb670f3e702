"""Slicing by widgets: the ways to take something of an axis, and which elements are then taken."""

from __future__ import annotations

import numpy as np

from clsf.tensors.program import Pick

ALL, ONE, RANGE, EVERY_OTHER, BACK = ":", "i", "a:b", "::2", "::-1"
WAYS = (ALL, ONE, RANGE, EVERY_OTHER, BACK)


def picked(shape: tuple[int, ...], pick: Pick) -> frozenset[tuple[int, ...]]:
    """Return the indices that `t[pick]` takes of a tensor of this shape; none if it would fail."""
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    try:
        taken = np.asarray(numbers[pick.index()]).ravel()
    except IndexError:
        return frozenset()
    return frozenset(tuple(int(i) for i in np.unravel_index(int(n), shape)) for n in taken)
