"""The networks of the cases, small enough for a student's machine, and what one framework's own version changes in them."""

from __future__ import annotations

from dataclasses import replace

from clsf.model.branches import Branching, Residual
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ZeroPadding2D
from clsf.model.spec import Layer, ModelSpec


def small_resnet(classes: int) -> ModelSpec:
    """A small ResNet as Keras writes it, with biases before batch normalisation: 35,818 parameters on 32×32×3."""

    def norm(filters: int, side: int = 3, strides: int = 1) -> tuple[Layer, ...]:
        return Conv2D(filters, side, strides=strides, padding="same"), BatchNorm()

    relu = Activation("relu")
    block = Residual((*norm(32, strides=2), relu, *norm(32)), shortcut=norm(32, 1, 2))
    return ModelSpec("small-resnet", (*norm(16, strides=2), relu, block, relu, Flatten(), Dense(classes)))


def vgg(classes: int) -> ModelSpec:
    """A small VGG as Keras has it: no batch normalisation, no dropout."""

    def block(filters: int) -> tuple[Layer, ...]:
        return (*(Conv2D(filters, 3, padding="same", activation="relu") for _ in range(2)), MaxPool2D(2))

    return ModelSpec(
        "small-vgg",
        (*block(16), *block(32), *block(64), Flatten(), Dense(128, activation="relu"), Dense(128, activation="relu"), Dense(classes)),
    )  # fmt: skip


def _each(spec: ModelSpec, change) -> ModelSpec:
    def row(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        return tuple(layer.each(row) if isinstance(layer, Branching) else change(layer) for layer in layers)

    return ModelSpec(spec.name, row(spec.layers))


def without_biases(spec: ModelSpec) -> ModelSpec:
    """Return the model as torchvision has it: a convolution has no bias where batch normalisation follows."""
    return _each(spec, lambda layer: replace(layer, use_bias=False) if isinstance(layer, Conv2D) else layer)


def with_dropout(spec: ModelSpec) -> ModelSpec:
    """Return the model as torchvision has it: dropout 0.5 behind each hidden Dense layer."""
    layers = []
    for layer in spec.layers:
        layers.append(layer)
        if isinstance(layer, Dense) and layer.activation != "linear":
            layers.append(Dropout(0.5))
    return ModelSpec(spec.name, tuple(layers))


def strided(classes: int) -> ModelSpec:
    """A small network whose convolutions take strides in the place of poolings."""
    return ModelSpec(
        "strided",
        (
            Conv2D(16, 3, strides=2, padding="same", activation="relu"), Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            Flatten(), Dense(classes),
        ),
    )  # fmt: skip


def padded_by_hand(spec: ModelSpec) -> ModelSpec:
    """Return the model as PyTorch programs often have it: padding=1 on each side, whatever the strides."""
    layers = []
    for layer in spec.layers:
        if isinstance(layer, Conv2D):
            layers += [ZeroPadding2D(), replace(layer, padding="valid")]
        else:
            layers.append(layer)
    return ModelSpec(spec.name, tuple(layers))
