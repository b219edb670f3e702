"""Brings two networks into one form before a comparison: every function is its own layer, training-only layers are removed.

A layer with an activation becomes two, a separable convolution two convolutions, dropout is removed. Where an exporter has folded
batch normalisation into the layer before it, the other network's is folded too (`fold`), so that the two stay comparable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clsf.backends.base import Weights
from clsf.model.layers import Layer, made
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec

MOVED = ("Flat", "Layout", "Pad")
"""Roles that only move numbers; they are part of the next layer and are not compared on their own."""


@dataclass(frozen=True, slots=True)
class Item:
    """A layer to compare: its place here, and its place in the file's own model."""

    path: str
    layer: Layer
    origin: str
    pads: tuple[int, int, int, int]  # of a sliding layer: its own and those of a layer of zeros before it
    shape: Shape  # of the input
    out: Shape
    before: str  # path of the item before it in its row, "" for the first
    flattened: Shape = ()  # shape of the image that was flattened before it, if its inputs are in that order

    @property
    def role(self) -> str:
        return self.layer.role or type(self.layer).__name__


@dataclass(frozen=True, slots=True)
class Unfolded:
    spec: ModelSpec
    weights: Weights
    items: tuple[Item, ...]
    origins: dict[str, str]  # weight here -> weight in the file's model


def unfolded(spec: ModelSpec, shape: Shape, weights: Weights, fold: frozenset[str] = frozenset()) -> Unfolded:
    """Return the unfolded network; `fold`: paths of batch normalisations to fold into the layer before them."""
    given = {path: {} for path in {name.rpartition(".")[0] for name in weights}}
    for name, array in weights.items():
        path, _, weight = name.rpartition(".")
        given[path][weight] = array
    arrays: Weights = {}
    where: dict[str, str] = {}
    origins: dict[str, str] = {}
    layers = _row(spec.layers, "", "", given, fold, arrays, where, origins)
    plain = ModelSpec(spec.name, layers)
    return Unfolded(plain, arrays, tuple(_items(plain, shape, where)), origins)


def _row(row: tuple, old: str, new: str, given: dict, fold: frozenset, weights: Weights, where: dict, origins: dict) -> tuple:
    layers: list[Layer] = []
    arrays: list[dict] = []
    paths: list[str] = []

    def put(layer: Layer, path: str, held: dict) -> None:
        layers.append(layer)
        arrays.append(held)
        paths.append(path)

    for position, layer in enumerate(row, start=1):
        path = f"{old}{position}"
        held = given.get(path, {})
        if layer.rows():
            put(layer, path, {})
            continue
        if layer.drops or (layer.role == "Function" and layer.linear):
            continue
        if path in fold and layers and layers[-1].KERNELS:
            layers[-1], arrays[-1] = _with_norm(layers[-1], arrays[-1], layer, held)
            continue
        function = layer.function if layer.KERNELS else "linear"
        if layer.KERNELS:
            layer = replace(layer, activation="linear")
        if layer.role == "Separable":
            first, second = layer.steps
            put(first, path, {"depthwise_kernel": (held["depthwise_kernel"], f"{path}.depthwise_kernel")} if held else {})
            rest = {"kernel": (held["pointwise_kernel"], f"{path}.pointwise_kernel")} if held else {}
            if "bias" in held:
                rest["bias"] = held["bias"], f"{path}.bias"
            put(second, path, rest)
        else:
            put(layer, path, {w: (a, f"{path}.{w}") for w, a in held.items()})
        if function != "linear":
            put(made("Function", function), path, {})
    out = []
    for number, (layer, held, path) in enumerate(zip(layers, arrays, paths, strict=True), start=1):
        here = f"{new}{number}"
        where[here] = path
        if layer.rows():
            rows = [
                _row(inner, f"{path}.{name}.", f"{here}.{name}.", given, fold, weights, where, origins)
                for name, inner in layer.rows()
            ]
            layer = layer.of_rows(tuple(rows))
        for weight, (array, origin) in held.items():
            weights[f"{here}.{weight}"] = array
            origins[f"{here}.{weight}"] = origin
        out.append(layer)
    return tuple(out)


def _with_norm(layer: Layer, held: dict, norm: Layer, stats: dict) -> tuple[Layer, dict]:
    factor, summand = effective(stats, norm.epsilon)
    name = layer.KERNELS[-1]
    kernel, origin = held[name]
    bias, bias_origin = held.get("bias", (np.zeros(len(factor)), ""))
    shaped = factor.reshape(kernel.shape[-2:]) if name == "depthwise_kernel" else factor
    return replace(layer, use_bias=True), held | {
        name: (kernel * shaped, origin),
        "bias": (bias * factor + summand, bias_origin),
    }


def effective(stats: dict[str, np.ndarray], epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the factor and the summand per channel that batch normalisation applies in inference, float64."""
    gamma, beta, mean, variance = (
        np.asarray(stats[n], np.float64) for n in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    with np.errstate(all="ignore"):  # an invalid variance gives an invalid factor
        factor = gamma / np.sqrt(variance + epsilon)
        return factor, beta - mean * factor


def _items(spec: ModelSpec, shape: Shape, where: dict[str, str]) -> list[Item]:
    items, ends, pending, flat = [], {}, {}, {}
    for facts in spec.analyse(shape).layers:
        row = facts.path.rpartition(".")[0]
        if facts.role == "Pad":
            pending[row] = tuple(
                a + b for a, b in zip(pending.get(row, (0,) * 4), facts.layer.pads(facts.in_shape), strict=True)
            )
        if facts.role == "Flat" and len(facts.in_shape) == 3:
            flat[row] = facts.in_shape
        if facts.role in MOVED:
            continue
        own = facts.layer.pads(facts.in_shape) if len(facts.in_shape) == 3 and not facts.layer.rows() else (0,) * 4
        pads = tuple(a + b for a, b in zip(own, pending.pop(row, (0,) * 4), strict=True))
        image = flat.get(row, ())
        items.append(
            Item(facts.path, facts.layer, where[facts.path], pads, facts.in_shape, facts.out_shape, ends.get(row, ""), image)
        )
        if not facts.layer.rows() and not facts.layer.elementwise:
            flat.pop(row, None)
        ends[row] = facts.path
    return items
