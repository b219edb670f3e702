"""Recognises functions that an exporter wrote as single operators (as tf2onnx does for gelu) by their values.

The operators between a value and a result are computed on a grid. If that gives a known function, the result is this function of
the value, however it was written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clsf.model.spec import MAX_LAYERS

GRID = np.linspace(-5.0, 5.0, 41)
CLOSE = 2e-6  # the constants in the file are float32
BACK, AHEAD = 8, 12  # operators before and after the one that suggests a function
MOST_STARTS, MOST_USERS = 16, 16  # values to try, and users of one value: a hostile file may have very many

_erf = np.vectorize(math.erf, otypes=[float])
TRIGGERS = {"Erf": _erf, "Erfc": lambda x: 1 - _erf(x), "Tanh": np.tanh}
"""Operators that occur in written-out functions. Erfc is not an ONNX operator; tf2onnx passes on TensorFlow's."""

PLAIN = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power, "Neg": np.negative,
    "Identity": lambda x: x, "Cast": lambda x: x,
}  # fmt: skip
ROUND = TRIGGERS | PLAIN
THROUGH = {*ROUND, "Transpose"}

Axes = tuple[int, ...]
AS_IT_LIES: Axes = (0, 1, 2, 3)
_Seen = tuple[np.ndarray, Axes]

BY_ERF = "gelu"
BY_TANH = "gelu by tanh"
KNOWN = {
    BY_ERF: GRID * 0.5 * (1 + _erf(GRID / math.sqrt(2))),
    BY_TANH: GRID * 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (GRID + 0.044715 * GRID**3))),
}
"""Function -> its values on GRID. Source: Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2."""


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A recognised function: its input value, its name in KNOWN, and the layout of the result relative to the value."""

    value: str
    function: str
    axes: Axes


def written_out(nodes: list[Any], arrays: Mapping[str, np.ndarray]) -> tuple[dict[str, WrittenOut], set[str]]:
    """Return result -> function, and the values in between, which nothing else uses. `arrays`: the known constants."""
    maker = {name: number for number, node in enumerate(nodes) for name in node.output}
    users: dict[str, list[int]] = {}
    for number, node in enumerate(nodes):
        for name in node.input:
            users.setdefault(name, []).append(number)
    found: dict[str, WrittenOut] = {}
    between: set[str] = set()
    tried: set[str] = set()
    triggers = [number for number, node in enumerate(nodes) if node.op_type in TRIGGERS]
    for number in triggers[:MAX_LAYERS]:
        for start in _before(nodes, number, maker, arrays):
            if start in tried:
                continue
            tried.add(start)
            seen = _ahead(nodes, start, users, arrays)
            told = next(
                ((end, f) for end, (values, _) in seen.items() for f, wanted in KNOWN.items() if _equal(values, wanted)), None
            )
            if told is not None:
                end, function = told
                found[end] = WrittenOut(start, function, seen[end][1])
                between |= _only_inside(nodes, set(seen) - {start, end}, end, users)
                break
    return found, between


def _equal(values: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.abs(values - wanted).max() <= CLOSE)  # nan is not


def _only_inside(nodes: list[Any], inside: set[str], end: str, users: dict[str, list[int]]) -> set[str]:
    """Return the values that are used only by each other and by the result."""
    while True:
        loose = {name for name in inside if any(not {*nodes[n].output} <= inside | {end} for n in users.get(name, ()))}
        if not loose:
            return inside
        inside = inside - loose


def _before(nodes: list[Any], number: int, maker: dict[str, int], arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Return the values from which an operator is computed, the nearest first."""
    found: list[str] = []
    ahead = [name for name in nodes[number].input if name not in arrays]
    for _ in range(BACK):
        found += [name for name in ahead if name not in found]
        if len(found) >= MOST_STARTS:
            break
        makers = [nodes[maker[name]] for name in ahead if name in maker]
        ahead = [name for node in makers if node.op_type in THROUGH for name in node.input[:2] if name not in arrays]
    return found[:MOST_STARTS]


def _ahead(nodes: list[Any], start: str, users: dict[str, list[int]], arrays: Mapping[str, np.ndarray]) -> dict[str, _Seen]:
    """Return what is computed from a value and scalars alone: name -> values on the grid, and their layout relative to it."""
    seen: dict[str, _Seen] = {start: (GRID, AS_IT_LIES)}
    waiting = users.get(start, [])[:MOST_USERS]
    for _ in range(BACK + AHEAD):
        if not waiting:
            break
        node = nodes[waiting.pop(0)]
        made = _made(node, seen, arrays)
        if made is not None:
            seen[node.output[0]] = made
            waiting = sorted({*waiting, *users.get(node.output[0], [])[:MOST_USERS]})
    return seen


def _made(node: Any, seen: Mapping[str, _Seen], arrays: Mapping[str, np.ndarray]) -> _Seen | None:
    given = [seen[name] for name in node.input if name in seen]
    if node.op_type == "Transpose":
        perm = next((tuple(a.ints) for a in node.attribute if a.name == "perm"), ())
        values, axes = given[0]
        return (values, tuple(axes[n] for n in perm)) if sorted(perm) == sorted(axes) else None
    singles = [arrays[name] for name in node.input if name in arrays and np.size(arrays[name]) == 1]
    if node.op_type not in ROUND or len(given) + len(singles) != len(node.input) or len({axes for _, axes in given}) != 1:
        return None
    inputs = [seen[name][0] if name in seen else float(np.ravel(arrays[name])[0]) for name in node.input]
    with np.errstate(all="ignore"):
        try:
            return ROUND[node.op_type](*inputs), given[0][1]
        except TypeError:  # wrong number of inputs for the operator
            return None
