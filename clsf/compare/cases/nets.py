"""The networks of the cases, small enough for a student's machine, and what one framework's own version changes in them."""

from __future__ import annotations

from dataclasses import replace

from clsf.model.branches import Parallel, Residual
from clsf.model.changes import with_each
from clsf.model.layers import Layer, made
from clsf.model.spec import ModelSpec


def small_resnet(classes: int) -> ModelSpec:
    """A small ResNet as in Keras, with biases before batch normalisation: 35,818 parameters on 32×32×3."""

    def norm(filters: int, side: int = 3, strides: int = 1) -> tuple[Layer, ...]:
        return made("Convolution", filters, side, strides=strides, padding="same"), made("Batchwise")

    relu = made("Function", "relu")
    block = Residual((*norm(32, strides=2), relu, *norm(32)), shortcut=norm(32, 1, 2))
    return ModelSpec("small-resnet", (*norm(16, strides=2), relu, block, relu, made("Flat"), made("Linear", classes)))


def small_densenet(classes: int) -> ModelSpec:
    """A small DenseNet: two blocks of two layers, each concatenated with all earlier outputs. 40,490 parameters on 32×32×3.

    Source: Huang et al. 2016, arXiv:1608.06993, section 3
    """
    relu = made("Function", "relu")

    def plain(filters: int, side: int, strides: int = 1) -> Layer:
        return made("Convolution", filters, side, strides=strides, padding="same", use_bias=False)

    dense = Parallel(((), (made("Batchwise"), relu, plain(12, 3))))  # the empty row passes its input on
    transition = (made("Batchwise"), relu, plain(20, 1), made("AveragePool", 2))
    return ModelSpec(
        "small-densenet",
        (plain(16, 3, 2), dense, dense, *transition, dense, dense, made("Batchwise"), relu, made("Flat"), made("Linear", classes)),
    )  # fmt: skip


def vgg(classes: int) -> ModelSpec:
    """A small VGG as in Keras: no batch normalisation, no dropout."""

    def block(filters: int) -> tuple[Layer, ...]:
        return (*(made("Convolution", filters, 3, padding="same", activation="relu") for _ in range(2)), made("MaxPool", 2))

    return ModelSpec(
        "small-vgg",
        (*block(16), *block(32), *block(64), made("Flat"), made("Linear", 128, activation="relu"), made("Linear", 128, activation="relu"), made("Linear", classes)),
    )  # fmt: skip


def without_biases(spec: ModelSpec) -> ModelSpec:
    """Return the model as in torchvision: a convolution has no bias where batch normalisation follows."""
    return with_each(spec, lambda layer: replace(layer, use_bias=False) if layer.role == "Convolution" else layer)


def strides_later(spec: ModelSpec) -> ModelSpec:
    """Return the model as in torchvision: a block has its strides in the second convolution, where Keras has them in the first."""
    return ModelSpec(spec.name, tuple(_later(layer) if isinstance(layer, Residual) else layer for layer in spec.layers))


def _later(block: Residual) -> Residual:
    first, second = (n for n, layer in enumerate(block.layers) if layer.role == "Convolution")
    row = list(block.layers)
    moves = row[first].strides, row[second].strides
    row[first], row[second] = replace(row[first], strides=moves[1]), replace(row[second], strides=moves[0])
    return Residual(tuple(row), block.shortcut)


def with_dropout(spec: ModelSpec) -> ModelSpec:
    """Return the model as in torchvision: dropout 0.5 after each hidden dense layer."""
    layers = []
    for layer in spec.layers:
        layers.append(layer)
        if layer.role == "Linear" and layer.activation != "linear":
            layers.append(made("Drop", 0.5))
    return ModelSpec(spec.name, tuple(layers))


def strided(classes: int) -> ModelSpec:
    """A small network whose convolutions use strides instead of pooling."""
    return ModelSpec(
        "strided",
        (
            made("Convolution", 16, 3, strides=2, padding="same", activation="relu"), made("Convolution", 32, 3, strides=2, padding="same", activation="relu"),
            made("Flat"), made("Linear", classes),
        ),
    )  # fmt: skip


def padded_by_hand(spec: ModelSpec) -> ModelSpec:
    """Return the model as PyTorch programs often have it: padding=1 on each side, whatever the strides."""
    layers = []
    for layer in spec.layers:
        if layer.role == "Convolution":
            layers += [made("Pad"), replace(layer, padding="valid")]
        else:
            layers.append(layer)
    return ModelSpec(spec.name, tuple(layers))
