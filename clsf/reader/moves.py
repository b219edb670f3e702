"""Views and permutations of an image, however they are written: which of our layers does the same.

The operations are run on an image whose values are their own indices, and so are the candidate layers.
"""

from __future__ import annotations

from math import prod

import numpy as np

from clsf.errors import SpecError
from clsf.model.layers import Layer, made
from clsf.model.layers.shaping import ORDERS
from clsf.reader.values import Tensor

MOST = 300_000  # numbers


def layers_of(moves: list[Tensor], torch: bool) -> list[Layer] | None:
    """Return the layers that do what these operations do one after the other; None if none does, or shapes are not known."""
    before = moves[0].inputs[0].shape
    if any(shape is None or None in shape or prod(shape) > MOST for shape in (before, *(move.shape for move in moves))):
        return None
    if len(before) not in (1, 3) or len(moves[-1].shape) != 3:
        return None
    image = (*before[1:], before[0]) if torch and len(before) == 3 else before
    places = np.arange(prod(before)).reshape(image)
    best = places.transpose(2, 0, 1) if torch and len(before) == 3 else places
    try:
        for move in moves:
            best = _moved(best, move, torch)
    except (ValueError, TypeError):
        return None
    best = best.transpose(1, 2, 0) if torch else best
    for row in _candidates(image, best.shape):
        done = places
        for layer in row:
            done = _done(layer, done)
        if done.shape == best.shape and (done == best).all():
            return row
    return None


def _moved(array: np.ndarray, move: Tensor, torch: bool) -> np.ndarray:
    if move.op.kind != "Axes":
        return array.reshape(move.shape)
    dims = move.op.settings.get("dims")
    return array.transpose([dim - 1 for dim in dims if not torch or dim != 0])


def _candidates(before: tuple, after: tuple) -> list[list[Layer]]:
    """Return the rows of layers that are candidates, the simplest first."""
    rows: list[list[Layer]] = [[]]
    if len(before) == 3:
        channels = before[2]
        rows += [[made("Shuffle", groups)] for groups in range(2, channels) if channels % groups == 0]
        rows += [[made("Axes", order)] for order in ORDERS]
    shaped = _reshaped(after)
    if shaped is not None:
        rows.append([shaped])
        if len(before) == 3:
            rows += [[made("Axes", order), shaped] for order in ORDERS]
    if len(before) == 3:
        for order in ORDERS:
            turned = made("Axes", order)
            middle = _reshaped(tuple(after[turned.axes.index(axis)] for axis in range(3)))
            rows += [[middle, turned]] if middle is not None else []
    return rows


def _reshaped(shape: tuple) -> Layer | None:
    try:
        return made("Layout", *shape)
    except SpecError:
        return None


def _done(layer: Layer, array: np.ndarray) -> np.ndarray:
    """Return the layer's output for an array (height, width, channels)."""
    if layer.role == "Axes":
        return array.transpose(layer.axes)
    if layer.role == "Layout":
        return array.reshape(layer.height, layer.width, layer.channels)
    each = array.shape[2] // layer.groups
    return array.reshape(*array.shape[:2], layer.groups, each).transpose(0, 1, 3, 2).reshape(array.shape)
