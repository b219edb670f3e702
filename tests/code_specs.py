"""Random valid models, branches included, with random weights: inputs for tests of generated source."""

from __future__ import annotations

from math import prod

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clsf.backends.initial import initial_weights
from clsf.errors import SpecError
from clsf.model.branches import Multiply, Parallel, Residual
from clsf.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    ChannelShuffle,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GroupNormalization,
    LayerNormalization,
    LocalResponseNormalization,
    MaxPool2D,
    Permute,
    PReLU,
    Reshape,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from clsf.model.layers.shaping import ORDERS
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec

SIDES, CHANNELS = st.integers(5, 9), st.integers(1, 3)
PADDINGS = st.sampled_from(["valid", "same"])
ACTIVE = st.sampled_from(ACTIVATIONS)


@st.composite
def models(draw) -> tuple[ModelSpec, Shape, int]:
    """Draw a model, its image shape, and its number of classes."""
    shape = (draw(SIDES), draw(SIDES), draw(CHANNELS))
    layers, now = draw(rows(shape, most=5, depth=2))
    kind = draw(st.sampled_from(["dense", "dense", "flat", "flatten"]))
    if len(now) == 3:
        pool = draw(st.booleans())
        layers += (GlobalAveragePool2D() if pool else Flatten(),)
        now = layers[-1].out_shape(now)
    if kind == "flatten" and now[0] <= 200:  # ends without a Dense layer
        return _named(draw, layers), shape, now[0]
    if kind == "flat":  # what comes between Flatten and Dense
        between, now = draw(rows(now, most=2, depth=1))
        layers += between
    classes = draw(st.integers(2, 6))
    return _named(draw, (*layers, Dense(classes, draw(ACTIVE)))), shape, classes


def _named(draw, layers: tuple) -> ModelSpec:
    return ModelSpec(
        draw(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
                str.strip
            )
        ),
        layers,
    )


@st.composite
def rows(draw, shape: Shape, most: int, depth: int) -> tuple[tuple, Shape]:
    """Draw a row of layers; return it with its output shape."""
    layers: list = []
    for _ in range(draw(st.integers(0, most))):
        layer = draw(one_layer(shape, depth))
        try:
            out = layer.out_shape(shape)
        except SpecError:
            continue
        if prod(out) <= 3000:
            layers.append(layer)
            shape = out
    return tuple(layers), shape


def one_or_two(most: int) -> st.SearchStrategy:
    return st.one_of(st.integers(1, most), st.tuples(st.integers(1, most), st.integers(1, most)))


@st.composite
def one_layer(draw, shape: Shape, depth: int):
    if len(shape) == 1:
        kinds = ["dense", "dropout", "norm", "activation", "flatten", "layer norm", "group norm", "slopes"] + ["residual"] * (
            depth > 0
        )
    else:
        kinds = ["conv", "conv", "depthwise", "max", "average", "norm", "activation", "dropout", "flatten"]
        kinds += ["layer norm", "group norm", "response norm", "slopes", "spatial dropout"]
        kinds += ["residual", "parallel", "parallel", "multiply"] * (depth > 0)
        kinds = ["separable", "permute", *kinds, "separable", "pad", "reshape"] + ["shuffle"] * (shape[2] % 2 == 0)
    kernel, strides, padding = draw(one_or_two(5)), draw(st.integers(1, 3)), draw(PADDINGS)
    match draw(st.sampled_from(kinds)):
        case "conv":
            dilation = draw(st.integers(1, 2)) if strides == 1 else 1
            strides = strides if dilation > 1 else draw(one_or_two(3))
            return Conv2D(draw(st.integers(1, 5)), kernel, strides, padding, dilation, draw(ACTIVE), draw(st.booleans()))
        case "depthwise":
            dilation = draw(st.integers(1, 2)) if strides == 1 else 1
            return DepthwiseConv2D(
                kernel, strides, padding, draw(st.integers(1, 2)), dilation, draw(ACTIVE), draw(st.booleans())
            )
        case "max":
            return MaxPool2D(kernel, draw(st.one_of(st.none(), one_or_two(3))), padding)
        case "average":
            return AveragePool2D(kernel, draw(st.one_of(st.none(), one_or_two(3))), padding)
        case "separable":
            return SeparableConv2D(
                draw(st.integers(1, 5)), kernel, strides, padding, draw(st.integers(1, 2)), 1, draw(ACTIVE), draw(st.booleans())
            )
        case "pad":
            return ZeroPadding2D(*draw(st.tuples(*[st.integers(0, 2)] * 4)))
        case "permute":
            return Permute(draw(st.sampled_from(ORDERS)))
        case "reshape":
            return Reshape(None, 1, shape[2])
        case "shuffle":
            return ChannelShuffle(2)
        case "multiply":
            return Multiply.fresh(shape)
        case "norm":
            return BatchNorm(draw(st.sampled_from([0.99, 0.9, 0.123])), draw(st.sampled_from([1e-3, 1e-5])))
        case "layer norm":
            return LayerNormalization(draw(st.sampled_from(["channels", "image"])), draw(st.sampled_from([1e-3, 1e-5])))
        case "group norm":
            return GroupNormalization(draw(st.integers(1, 3)))
        case "response norm":
            return LocalResponseNormalization(draw(st.integers(0, 3)), alpha=draw(st.sampled_from([1e-4, 0.3])))
        case "slopes":
            return PReLU(draw(st.sampled_from(["positions", "all", "none"])), draw(st.sampled_from([0, 0.25])))
        case "spatial dropout":
            return SpatialDropout2D(draw(st.sampled_from([0.25, 0.5])))
        case "activation":
            return Activation(draw(ACTIVE))
        case "dropout":
            return Dropout(draw(st.sampled_from([0, 0.25, 0.5])))
        case "flatten":
            return Flatten()
        case "dense":
            return Dense(draw(st.integers(1, 8)), draw(ACTIVE), draw(st.booleans()))
        case "residual":
            return draw(residuals(shape, depth))
    return draw(parallels(shape, depth))


@st.composite
def residuals(draw, shape: Shape, depth: int) -> Residual:
    """A body of any kind; a shortcut that ends in the same shape, empty where it can be."""
    body, out = draw(rows(shape, most=2, depth=depth - 1))
    if out == shape:
        return Residual(body)
    if len(out) == 1:
        return Residual(body, (*((Flatten(),) if len(shape) == 3 else ()), Dense(out[0])))
    return Residual((*body, Conv2D(2, 1), Flatten(), Dense(4)), (Flatten(), Dropout(0.1), BatchNorm(), Dense(4)))


@st.composite
def parallels(draw, shape: Shape, depth: int) -> Parallel:
    """Branches that keep the image's size: everything has padding "same" and strides 1."""
    one = Conv2D(draw(st.integers(1, 3)), draw(st.integers(1, 4)), padding="same", activation=draw(ACTIVE))
    two = AveragePool2D(draw(st.integers(1, 4)), 1, "same")
    three = MaxPool2D(draw(st.integers(1, 4)), 1, "same")
    inner = (Residual((DepthwiseConv2D(draw(st.integers(1, 3)), padding="same"), BatchNorm())),) if depth > 1 else ()
    every = [(one,), (two, one), (three,), (), (one, *inner)]
    return Parallel(tuple(draw(st.lists(st.sampled_from(every), min_size=2, max_size=3))))


def drawn(count: int) -> list[tuple[ModelSpec, Shape, int]]:
    """Return `count` random models that can learn something, the same every time."""
    found: list = []

    @settings(
        max_examples=count * 3, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )  # some of them have nothing to learn
    @given(models())
    def collect(model) -> None:
        spec, shape, _ = model
        if len(found) < count and spec.analyse(shape).trainable and model not in found:
            found.append(model)

    collect()
    return found


def some_weights(spec: ModelSpec, shape: Shape, seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights, none at its default, so that a missing bias or moving mean is noticed."""
    rng = np.random.default_rng(seed)
    weights = initial_weights(spec.analyse(shape), "kaiming", seed, "float32")
    for name, array in weights.items():
        if name.endswith(("gamma", "moving_variance")):
            weights[name] = rng.uniform(0.5, 1.5, array.shape).astype(np.float32)
        elif name.endswith(("beta", "moving_mean", "bias", "alpha")):
            weights[name] = rng.normal(0, 0.3, array.shape).astype(np.float32)
    return weights
