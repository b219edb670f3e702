"""The plain layers: frozen values whose output shape, weights and cost are computed by arithmetic alone.

Each class defines everything about its layer, once: its fields with their rules, its shape, its weights, its looks, and its calls
in both frameworks, in both directions. Where the frameworks differ, the names are those of Keras.
"""

from clsf.model.layers.activations import ACTIVATIONS, LEAKY_SLOPE, Activation, ActivationName, PReLU
from clsf.model.layers.base import MAX_WIDTH, MAX_WINDOW, Layer, Look, Sliding
from clsf.model.layers.convolution import Conv2D, Convolution, DepthwiseConv2D, SeparableConv2D
from clsf.model.layers.dense import Dense
from clsf.model.layers.dropping import Dropout, Dropping, SpatialDropout2D
from clsf.model.layers.normalising import (
    BatchNorm,
    GroupNormalization,
    LayerNormalization,
    LocalResponseNormalization,
    OneImageNorm,
)
from clsf.model.layers.pooling import AveragePool2D, GlobalAveragePool2D, GlobalMaxPool2D, GlobalPool, MaxPool2D, Pool
from clsf.model.layers.shaping import ChannelShuffle, Flatten, Permute, Reshape, ZeroPadding2D

PLAIN: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Conv2D, MaxPool2D, Flatten, Dense, Activation, Dropout, BatchNorm, AveragePool2D, GlobalAveragePool2D, DepthwiseConv2D,
        SeparableConv2D, GlobalMaxPool2D, ZeroPadding2D, LayerNormalization, GroupNormalization, SpatialDropout2D, PReLU,
        LocalResponseNormalization, ChannelShuffle, Permute, Reshape,
    )
}  # fmt: skip
"""In the order of the menus: the layers of a first network come first."""

BY_ROLE: dict[str, type[Layer]] = {kind.role: kind for kind in PLAIN.values()}
"""`Layer.role` -> class: how the rest of the program refers to a layer."""


def made(role: str, *values: object, **fields: object) -> Layer:
    """Return a new layer with the given role and fields in order: made("Linear", 10)."""
    return BY_ROLE[role](*values, **fields)


def keras_name(role: str) -> str:
    """Return the name in `keras.layers` of the layer with this role."""
    return BY_ROLE[role].KERAS.name.removeprefix("layers.")


__all__ = [
    "ACTIVATIONS", "BY_ROLE", "LEAKY_SLOPE", "MAX_WIDTH", "MAX_WINDOW", "PLAIN", "ActivationName", "Convolution", "Dropping",
    "GlobalPool", "Layer", "Look", "OneImageNorm", "Pool", "Sliding", "keras_name", "made",
    *PLAIN,
]  # fmt: skip
