"""Shapes and arithmetic that several layers share. Batch axes are never part of a shape here."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from typing import Literal

from clsf.errors import SpecError
from clsf.words import say_n

Shape = tuple[int, ...]  # (height, width, channels) of an image, or (features,) of a flat vector
Sides = tuple[int, int]  # along height and width
OneOrTwo = int | Sides  # one number for both
Padding = Literal["valid", "same"]


@dataclass(frozen=True, slots=True)
class Weight:
    """One array that a layer holds.

    Layout: convolution kernels (kernel height, kernel width, in, out), depthwise kernels (kernel height, kernel width,
    in, multiplier), dense kernels (in, out), scales, shifts and slopes of single values of an image (height, width, channels),
    slopes that pixels share (1, 1, channels), everything else (features,). `fan_in` and `fan_out` are the counts that
    the schemes for initial weights divide by (Glorot & Bengio 2010, He et al. 2015).
    """

    name: Literal[
        "kernel", "depthwise_kernel", "pointwise_kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "alpha"
    ]
    shape: Shape
    trainable: bool = True
    fan_in: int = 0
    fan_out: int = 0
    start: float = 0.0  # of the slopes "alpha"

    @property
    def size(self) -> int:
        return prod(self.shape)

    def drawn_within(self, start: str) -> float:
        """Return the largest size that a kernel's first values, or kaiming's biases, may have; see `clsf.backends.initial`."""
        # Keras counts every axis but the last as fan-in, also the channels of a depthwise kernel, where torch sees one each.
        if start == "glorot":
            return 0.0 if self.name == "bias" else sqrt(6 / (prod(self.shape[:-1]) + self.fan_out))
        return 1 / sqrt(self.fan_in)


@dataclass(frozen=True, slots=True)
class Window:
    """The area that one output cell sees, in cells of the layer's input: a rectangle of `sides`, moved by `strides`."""

    sides: Sides = (1, 1)
    strides: Sides = (1, 1)


def sides_of(value: OneOrTwo) -> Sides:
    """Return (3, 3) for 3; two numbers stay."""
    return (value, value) if isinstance(value, int) else value


def one_or_two(value: OneOrTwo) -> OneOrTwo:
    """Return 3 for (3, 3); two numbers that differ stay."""
    return value if isinstance(value, int) or value[0] != value[1] else value[0]


def sides_text(value: OneOrTwo) -> str:
    """Return "3×3" for 3 and "3×1" for (3, 1)."""
    return "×".join(map(str, sides_of(value)))


def one_or_two_text(value: OneOrTwo) -> str:
    """Return "3" for 3 and "3×1" for (3, 1): as typed into a form."""
    return str(value) if isinstance(value, int) else sides_text(value)


def shape_text(shape: Shape) -> str:
    """Return "32×32×3" for an image and "128" for a flat vector."""
    return "×".join(map(str, shape))


def image_shape(shape: Shape) -> tuple[int, int, int]:
    """Return `shape` if it is an image's (height, width, channels); raise SpecError if it is a flat vector's."""
    if len(shape) != 3:
        raise SpecError(
            say_n(
                "it needs an image (height × width × channels), but receives a flat vector of {features} number; "
                "put it before the image becomes a vector",
                "it needs an image (height × width × channels), but receives a flat vector of {features} numbers; "
                "put it before the image becomes a vector",
                shape[0],
                features=shape[0],
            )
        )
    return shape


def flat_features(shape: Shape) -> int:
    """Return the number of features of a flat vector; raise SpecError if `shape` is an image's."""
    if len(shape) != 1:
        raise SpecError(
            "it needs a flat vector, but receives a {shape} image; put a flatten or global pooling layer before it",
            shape=shape_text(shape),
        )
    return shape[0]


def slid(side: int, window: int, stride: int, padding: Padding) -> int:
    """Return how many positions a window has along one side of an image.

    same: ceil(side / stride); valid: floor((side - window) / stride) + 1, which is below 1 if it does not fit.
    Source: Dumoulin & Visin 2016, arXiv:1603.07285, relationships 5 and 6; https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    return -(-side // stride) if padding == "same" else (side - window) // stride + 1


def same_padding(side: int, window: int, stride: int) -> tuple[int, int]:
    """Return the cells that padding "same" adds before and after one side; an odd one goes after, as in TensorFlow."""
    total = max((slid(side, window, stride, "same") - 1) * stride + window - side, 0)
    return total // 2, total - total // 2
