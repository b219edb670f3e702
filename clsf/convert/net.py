"""A network as described by a file: operations with their weights, and their conversion to rows of our layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from clsf.backends.base import Weights
from clsf.errors import ConvertError, SpecError
from clsf.model.branches import Multiply, Parallel, Residual
from clsf.model.layers import Layer
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import MAX_DEPTH, MAX_LAYERS
from clsf.reader.graph import TangledError, ancestors, fork

MOST_WEIGHTS = 50_000_000  # numbers in one file


@dataclass(eq=False)
class Node:
    """One operation: a plain layer with its weights, or a merge of branches (`merge`: "add", "multiply", "concat")."""

    name: str  # its name in the file
    inputs: tuple[Node, ...] = ()
    layer: Layer | None = None
    merge: str = ""
    weights: Weights = field(default_factory=dict)  # our name of a weight -> array in the agreed layout
    keys: dict[str, str] = field(default_factory=dict)  # our name of a weight -> its name in the file
    shape: Shape = ()  # of the output, without the batch axis


@dataclass(frozen=True, slots=True)
class Network:
    """A file's network in our terms. Paths are those of the model."""

    layers: tuple[Layer, ...]
    weights: Weights  # agreed names and layout
    names: dict[str, str]  # path -> the layer's name in the file; "3.activation" -> the name of its activation's layer
    keys: dict[str, str]  # weight -> its name in the file


def then(
    before: Node, name: str, layer: Layer, weights: Weights | None = None, keys: dict[str, str] | None = None
) -> Node:  # fmt: skip
    """Return a layer after another node. Raises ConvertError with its name if it does not fit or its weights have wrong shapes."""
    try:
        shape, expected = layer.out_shape(before.shape), layer.weights(before.shape)
    except SpecError as error:
        raise ConvertError("The layer '{name}' can't be built: {why}", name=name, why=error.sentence) from None
    weights = weights or {}
    for weight in expected:
        array = weights.get(weight.name)
        if array is None:
            raise ConvertError("The layer '{name}' has no weight '{weight}' in the file.", name=name, weight=weight.name)
        if tuple(array.shape) != tuple(weight.shape):
            raise ConvertError(
                "The layer '{name}' has a {weight} of shape {found}, but needs {expected} on a {image} input.",
                name=name, weight=weight.name, found=shape_text(array.shape), expected=shape_text(weight.shape),
                image=shape_text(before.shape),
            )  # fmt: skip
    return Node(name, (before,), layer, "", weights, keys or {}, shape)


def merged(name: str, kind: str, nodes: Sequence[Node]) -> Node:
    """Return the merge of branches. Raises ConvertError if their shapes do not fit together."""
    shapes = [node.shape for node in nodes]
    if kind == "concat":
        fits = len({len(s) for s in shapes}) == 1 and len({s[:-1] for s in shapes}) == 1
        shape = (*shapes[0][:-1], sum(s[-1] for s in shapes))
    elif kind == "add":
        fits, shape = len(set(shapes)) == 1, shapes[0]
    else:
        shape = max(shapes, key=prod)
        fits = all(s == shape or s in (shape[-1:], (1, 1, shape[-1])) for s in shapes)
    if not fits:
        raise ConvertError(
            "The layer '{name}' joins {shapes}, which do not go together.", name=name, shapes=", ".join(map(shape_text, shapes))
        )  # fmt: skip
    return Node(name, tuple(nodes), None, kind, shape=shape)


@dataclass
class _Placed:
    layer: Layer
    name: str
    weights: Weights
    keys: dict[str, str]
    function: str = ""  # name of the separate layer of its activation


@dataclass
class _Split:
    kind: type
    name: str
    rows: list[list]


def network(end: Node, start: Node) -> Network:
    """Return the layers between two nodes as rows, with their weights by path. Raises ConvertError if branches are not rows."""
    try:
        items = _row(end, start, ancestors(end), 0, [0])
    except (TangledError, RecursionError):
        raise ConvertError(
            "The branches of this network are not rows inside rows, so it can't be shown as a model here. Networks with branches "
            "that are added, multiplied or put side by side are read."
        ) from None
    built = Network((), {}, {}, {})
    return replace(built, layers=_settled(_folded(items), "", built))


def _row(end: Node, start: Node, above: dict[int, set[int]], depth: int, count: list[int]) -> list:
    if depth > MAX_DEPTH:
        raise TangledError
    row: list = []
    current = end
    while current is not start:
        count[0] += 1
        if count[0] > MAX_LAYERS * 2 or not current.inputs:
            raise TangledError
        if not current.merge:
            row.insert(0, _Placed(current.layer, current.name, current.weights, current.keys))
            current = current.inputs[0]
            continue
        common = fork(list(current.inputs), above, end, start)
        rows = [_row(node, common, above, depth + 1, count) for node in current.inputs]
        row.insert(0, _joined(current, rows))
        current = common
    return row


def _joined(node: Node, rows: list[list]) -> _Split:
    if node.merge == "concat":
        return _Split(Parallel, node.name, rows)
    if node.merge == "multiply":
        if len(rows) != 2:
            raise TangledError
        small = min((0, 1), key=lambda n: (prod(node.inputs[n].shape), -len(rows[n])))
        return _Split(Multiply, node.name, [rows[small], rows[1 - small]])
    main, *others = sorted(rows, key=len, reverse=True)
    for other in others[:-1]:
        main = [_Split(Residual, node.name, [main, other])]
    return _Split(Residual, node.name, [main, others[-1]])


def _folded(items: list) -> list:
    """Return the row with each activation moved into the layer before it, if that layer has a field for it."""
    row: list = []
    for item in items:
        if isinstance(item, _Split):
            row.append(_Split(item.kind, item.name, [_folded(inner) for inner in item.rows]))
            continue
        before = row[-1] if row and isinstance(row[-1], _Placed) else None
        if item.layer.role == "Function":
            if item.layer.linear:
                continue
            if before is not None and getattr(before.layer, "activation", "") == "linear":
                row[-1] = replace(before, layer=replace(before.layer, activation=item.layer.name), function=item.name)
                continue
        row.append(item)
    return row


def _settled(items: list, prefix: str, built: Network) -> tuple[Layer, ...]:
    layers = []
    for position, item in enumerate(items, start=1):
        path = f"{prefix}{position}"
        built.names[path] = item.name
        if getattr(item, "function", ""):
            built.names[f"{path}.activation"] = item.function
        if isinstance(item, _Split):
            names = item.kind.row_names(len(item.rows))
            rows = [_settled(row, f"{path}.{name}.", built) for name, row in zip(names, item.rows, strict=True)]
            layers.append(item.kind.of_rows(tuple(rows)))
            continue
        for weight, array in item.weights.items():
            built.weights[f"{path}.{weight}"] = np.ascontiguousarray(array)
            if weight in item.keys:
                built.keys[f"{path}.{weight}"] = item.keys[weight]
        layers.append(item.layer)
    return tuple(layers)
