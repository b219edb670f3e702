"""The layers that Keras does not have as the spec means them."""

from __future__ import annotations

import keras
import tensorflow as tf

from clsf.model.layers import LEAKY_SLOPE


def activation(name: str):
    """Return the function of that name. gelu is exact in Keras by default; leaky_relu's slope is said, for Keras has another."""
    if name == "leaky_relu":
        return _leaky_relu
    return keras.activations.get(name)


def _leaky_relu(x):
    return keras.activations.leaky_relu(x, negative_slope=LEAKY_SLOPE)


class MaskedDropout(keras.layers.Layer):
    """Dropout whose mask is handed in: uint8 (batch, …), 1 keeps. The training step sets `mask` before it calls the model."""

    def __init__(self, rate: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale = 1 / (1 - rate)
        self.mask: tf.Tensor | None = None

    def call(self, x, training=False):
        if not training or self.mask is None:
            return x
        return x * tf.cast(self.mask, x.dtype) * tf.constant(self.scale, x.dtype)
