"""Walking through a row of layers for source that uses variables: which variable goes into a layer, and which comes out."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from clsf.model.branches import Branching
from clsf.model.shapes import Shape
from clsf.model.walk import Analysis

Plain = Callable[[str, object, str, str], str]
"""Writes one plain layer: path, layer, variable it reads, variable it writes; returns the variable that holds the result."""

Join = Callable[[str, Branching, list[str], str], None]
"""Writes how a branching layer joins the ends of its rows: path, layer, their variables, variable it writes."""

Begin = Callable[[str, Branching], None]
"""Called before the rows of a branching layer are written."""


def write_rows(
    layers: tuple,
    names: dict[str, str],
    plain: Plain,
    join: Join,
    begin: Begin,
    prefix: str = "",
    source: str = "x",
    target: str = "x",
) -> str:
    """Write a row of layers from `source` into `target`, branches included; return the variable that holds its end."""
    for position, layer in enumerate(layers, start=1):
        path = f"{prefix}{position}"
        if layer.rows():
            begin(path, layer)
            if not layer.MERGE:
                ((row_name, row),) = layer.rows()
                source = write_rows(row, names, plain, join, begin, f"{path}.{row_name}.", source, target)
                continue
            ends = []
            for row_name, row in layer.rows():
                depth = prefix.count(".") // 2 + 1  # a number distinguishes deeper rows; parallel ones are used at once
                variable = row_name if depth == 1 else f"{row_name}_{depth}"
                ends.append(write_rows(row, names, plain, join, begin, f"{path}.{row_name}.", source, variable))
            join(path, layer, ends, target)
            source = target
        else:
            source = plain(path, layer, source, target)
    return source


def branching(layers: tuple) -> str | None:
    """Return the path of the first branching layer, or None."""
    for position, layer in enumerate(layers, start=1):
        if layer.rows():
            return str(position)
    return None


def torch_orders(layers: tuple, analysis: Analysis) -> tuple[set[str], dict[str, Shape]]:
    """Return which flattening layers must keep Keras' order in PyTorch, and which layers meet PyTorch's own.

    PyTorch flattens channel, row, column. Where a dense layer takes the result, perhaps after layers that treat every number alike,
    this only changes the order of its inputs, and PyTorch's own order can be used: those dense and batch normalisation layers
    are returned as path -> (height, width, channels) of the image that was flattened.
    """
    shapes = {facts.path: facts.in_shape for facts in analysis.layers}
    sides = {facts.path: {weight.shape[0] for weight in facts.weights} for facts in analysis.layers}
    keep: set[str] = set()
    reordered: dict[str, Shape] = {}
    for row, prefix in _rows(layers, ""):
        for at, layer in enumerate(row):
            shape = shapes[f"{prefix}{at + 1}"]
            if layer.role != "Flat" or len(shape) == 1 or shape[2] == 1 or shape[0] * shape[1] == 1:
                continue
            met = [f"{prefix}{at + 1}"]
            for later, other in enumerate(row[at + 1 :], start=at + 2):
                met.append(f"{prefix}{later}")
                if not other.elementwise:
                    break
            ends = {path: row[int(path.rsplit(".", 1)[-1]) - 1] for path in met}
            if ends[met[-1]].role == "Linear":
                reordered |= {path: shape for path in met[1:] if prod(shape) in sides[path]}
            else:
                keep.add(met[0])
    return keep, reordered


def _rows(layers: tuple, prefix: str) -> list[tuple[tuple, str]]:
    rows = [(layers, prefix)]
    for position, layer in enumerate(layers, start=1):
        for name, row in layer.rows():
            rows += _rows(row, f"{prefix}{position}.{name}.")
    return rows
