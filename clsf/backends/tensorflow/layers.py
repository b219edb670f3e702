"""The layers that Keras does not have as the spec means them."""

from __future__ import annotations

from math import sqrt

import keras
import tensorflow as tf

from clsf.model.layers import LEAKY_SLOPE


def activation(name: str):
    """Return the function of that name."""
    return {"leaky_relu": _leaky_relu, "gelu": _gelu}.get(name) or keras.activations.get(name)


def _gelu(x):
    """The formula of tf.nn.gelu with its 1/√2 in x's dtype; there it goes through float32, and float64 misses by 5e-9."""
    return 0.5 * x * tf.math.erfc(-x * tf.constant(sqrt(0.5), x.dtype))


def _leaky_relu(x):
    """Keras' function has a slope of 0.2 and its layer 0.3, so it is said."""
    return keras.activations.leaky_relu(x, negative_slope=LEAKY_SLOPE)


class MaskedDropout(keras.layers.Layer):
    """Dropout whose mask is handed in: uint8 (batch, …), 1 keeps. The training step sets `mask` before it calls the model.

    Without a mask it draws one itself while training; `always`: at evaluation too, as a forgotten switch would.
    """

    def __init__(self, rate: float, always: bool = False, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.rate, self.scale, self.always = rate, 1 / (1 - rate), always
        self.mask: tf.Tensor | None = None

    def call(self, x, training=False):
        if not training:
            return tf.nn.dropout(x, self.rate) if self.always else x
        if self.mask is None:
            return tf.nn.dropout(x, self.rate)
        return x * tf.cast(self.mask, x.dtype) * tf.constant(self.scale, x.dtype)


class ChannelsFirstFlatten(keras.layers.Layer):
    """Flatten channel, row, column, as torch does with its own layout: the difference "flatten-order"."""

    def call(self, x):
        x = tf.transpose(x, (0, 3, 1, 2)) if x.shape.rank == 4 else x  # (b, h, w, c) -> (b, c, h, w)
        return tf.reshape(x, (-1, x.shape[1:].num_elements()))


class BatchNorm(keras.layers.BatchNormalization):
    """Keras' layer, fed while training in float64 with each channel less its first value, which changes nothing but rounding.

    A channel that is constant over the batch becomes exactly 0, however its mean is summed. Otherwise rounding decides on
    which side of 0 it lands, and a ReLU behind it lets it through in one framework and not in the other. In float32, where no such equality is promised, it is Keras' own.
    """

    def call(self, x, training=False):
        if not training or x.dtype != tf.float64:
            return super().call(x, training=training)
        first = tf.stop_gradient(x[(0,) * (x.shape.rank - 1)])  # (channels,)
        y = super().call(x - first, training=True)
        self.moving_mean.assign_add(first * (1 - self.momentum))
        return y


class UnbiasedBatchNorm(BatchNorm):
    """Batch normalisation that keeps the unbiased variance, as torch does: the difference "bn-variance"."""

    def call(self, x, training=False):
        if not training:
            return super().call(x, training=False)
        old = tf.identity(self.moving_variance)
        y = super().call(x, training=True)
        axes = list(range(x.shape.rank - 1))
        count = tf.cast(tf.size(x) / tf.shape(x)[-1], x.dtype)
        unbiased = tf.nn.moments(x, axes)[1] * count / (count - 1)
        self.moving_variance.assign(old * self.momentum + unbiased * (1 - self.momentum))
        return y
