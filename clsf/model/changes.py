"""The effect of a plan's differences on the model: the spec that is built instead of the student's."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from clsf.model.branches import Branching
from clsf.model.layers import OneImageNorm, made
from clsf.model.spec import Layer, ModelSpec

TORCH_MOMENTUM = 0.9  # torch.nn.BatchNorm2d's momentum=0.1 is the weight of the new value; Keras' momentum is that of the old
TORCH_EPSILON = 1e-5
TORCH_DROPOUT = 0.5  # of torch.nn.functional.dropout(x), called without a rate


def changed(spec: ModelSpec, differences: Collection[str]) -> ModelSpec:
    """Return the model that a run with these differences builds. Weight names stay the same."""
    layers = with_each(spec, lambda layer: _changed(layer, differences)).layers
    if "softmax-before-loss" in differences:
        layers = (*layers, made("Function", "softmax"))
    return ModelSpec(spec.name, layers)


def with_each(spec: ModelSpec, change: Callable[[Layer], Layer]) -> ModelSpec:
    """Return the model with `change` applied to every plain layer, those within branching layers included."""
    return ModelSpec(spec.name, tuple(_each(layer, change) for layer in spec.layers))


def _changed(layer: Layer, differences: Collection[str]) -> Layer:
    if layer.role == "Batchwise":
        if "bn-momentum" in differences:
            layer = replace(layer, momentum=TORCH_MOMENTUM)
        if "bn-epsilon" in differences:
            layer = replace(layer, epsilon=TORCH_EPSILON)
    if isinstance(layer, OneImageNorm) and "image-norm-epsilon" in differences:
        layer = replace(layer, epsilon=TORCH_EPSILON)
    if layer.role == "Drop" and "dropout-rate" in differences:
        layer = replace(layer, rate=TORCH_DROPOUT)
    return layer


def _each(layer: Layer, change: Callable[[Layer], Layer]) -> Layer:
    """Return the layer with `change` applied to every plain layer in it."""
    if isinstance(layer, Branching):
        return layer.each(lambda row: tuple(_each(x, change) for x in row))
    return change(layer)
