"""Matches the layers of two networks: an alignment of their rows with gaps, like a sequence alignment of two texts."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from clsf.convert.unfolding import Item

POOLS = ("MaxPool", "AveragePool")
WHOLE = ("GlobalAverage", "GlobalMax")
FUNCTIONS = ("Function", "Slopes")
KINDS = (POOLS, WHOLE, FUNCTIONS, ("Batchwise", "LayerNorm", "GroupNorm", "ResponseNorm"), ("Convolution", "Depthwise"))

Pair = tuple[Item | None, Item | None]


def likeness(a: Item, b: Item) -> float | None:
    """Return how well two layers match, None if they can't be the same layer."""
    if a.role != b.role and not any(a.role in kind and b.role in kind for kind in KINDS):
        return None
    points = 2.0 if a.role == b.role else 0.6
    if prod(a.out) == prod(b.out):
        points += 1.0
    if [w.shape for w in a.layer.weights(a.shape) if w.name != "bias"] == [
        w.shape for w in b.layer.weights(b.shape) if w.name != "bias"
    ]:
        points += 1.0
    if a.role == "Function" and a.layer == b.layer:
        points += 0.4
    if a.path.count(".") == b.path.count("."):
        points += 0.3
    return points


def aligned(one: Sequence[Item], two: Sequence[Item]) -> list[Pair]:
    """Return the layers of two networks side by side, None where one has none. Source: Needleman & Wunsch 1970."""
    rows, columns = len(one) + 1, len(two) + 1
    best = [[0.0] * columns for _ in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            here = max(best[i - 1][j], best[i][j - 1])
            like = likeness(one[i - 1], two[j - 1])
            if like is not None:
                here = max(here, best[i - 1][j - 1] + like)
            best[i][j] = here
    pairs: list[Pair] = []
    i, j = len(one), len(two)
    while i or j:
        like = likeness(one[i - 1], two[j - 1]) if i and j else None
        if like is not None and best[i][j] == best[i - 1][j - 1] + like:
            i, j = i - 1, j - 1
            pairs.append((one[i], two[j]))
        elif i and best[i][j] == best[i - 1][j]:
            i -= 1
            pairs.append((one[i], None))
        else:
            j -= 1
            pairs.append((None, two[j]))
    return pairs[::-1]
