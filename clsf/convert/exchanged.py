"""Finds branches that two files concatenate in different orders, by the branches' outputs, and restores the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np

from clsf.convert.aligning import Pair
from clsf.convert.unfolding import Item
from clsf.convert.values import Loaded
from clsf.model.branches import Parallel
from clsf.model.layers import Layer
from clsf.model.spec import ModelSpec

Outputs = Mapping[str, np.ndarray]
Order = tuple[int, ...]
"""At each place of the first file's branches: the number of the second file's that belongs there, from 0."""

MOST_BRANCHES = 6  # whose orders are all tried


def order_at(pairs: list[Pair], place: int, one: Outputs, two: Outputs, tolerance: float) -> tuple[Pair, Order] | None:
    """Return the layer around `place` whose branches are exchanged in the second file, and their order; None if there is none.

    Everything before `place` is equal in both files, so matching branches give the same numbers.
    """
    for pair in pairs if place < len(pairs) else ():
        if None in pair or not all(isinstance(item.layer, Parallel) for item in pair):
            continue
        inside = any(
            found is not None and found.path.startswith(f"{join.path}.") for found, join in zip(pairs[place], pair, strict=True)
        )
        order = _order(pair, one, two, tolerance) if inside or pairs[place] is pair else None
        if order is not None:
            return pair, order
    return None


def _order(pair: Pair, one: Outputs, two: Outputs, tolerance: float) -> Order | None:
    ends = [_ends(item, outputs) for item, outputs in zip(pair, (one, two), strict=True)]
    count = len(ends[0])
    if len(ends[1]) != count or count > MOST_BRANCHES:
        return None
    like = [[_same(a, b, tolerance) for b in ends[1]] for a in ends[0]]

    def fit(order: Order) -> int:
        return sum(like[here][there] for here, there in enumerate(order))

    usual = tuple(range(count))
    best = max(permutations(usual), key=fit)  # the usual order comes first, and wins if all fit equally well
    return best if fit(best) > fit(usual) else None


def _ends(item: Item, outputs: Outputs) -> list[np.ndarray | None]:
    """Return the output of each branch; None for a branch that passes on its input."""
    return [outputs[f"{item.path}.{name}.{len(row)}"] if row else None for name, row in item.layer.rows()]


def _same(a: np.ndarray | None, b: np.ndarray | None, tolerance: float) -> bool:
    if a is None or b is None:
        return a is b
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(a).max(initial=0), 1e-12))


def put_back(loaded: Loaded, path: str, order: Order) -> Loaded:
    """Return the second file's network with the branches of the layer at `path` in the first's order."""
    spec = ModelSpec(loaded.spec.name, _row(loaded.spec.layers, "", path, order))

    def moved(values: Mapping) -> dict:
        return {renamed(name, path, order): value for name, value in values.items()}

    return replace(
        loaded, model=spec.to_json(), weights=moved(loaded.weights), names=moved(loaded.names), keys=moved(loaded.keys)
    )


def renamed(name: str, path: str, order: Order) -> str:
    """Return the name of a layer or weight of the second file once the order of its branches is restored."""
    if not name.startswith(f"{path}."):
        return name
    first, dot, rest = name[len(path) + 1 :].partition(".")
    names = Parallel.row_names(len(order))
    return f"{path}.{names[order.index(names.index(first))]}{dot}{rest}" if first in names else name


def _row(row: tuple[Layer, ...], head: str, path: str, order: Order) -> tuple[Layer, ...]:
    found = []
    for position, layer in enumerate(row, start=1):
        here = f"{head}{position}"
        if here == path:
            layer = layer.of_rows(tuple(layer.branches[n] for n in order))
        elif layer.rows():
            layer = layer.of_rows(tuple(_row(inner, f"{here}.{name}.", path, order) for name, inner in layer.rows()))
        found.append(layer)
    return tuple(found)
