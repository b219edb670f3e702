"""The layers that Keras lacks in the form that the spec defines."""

from __future__ import annotations

from math import sqrt

import keras
import tensorflow as tf

from clsf.model.layers import LEAKY_SLOPE


def activation(name: str):
    """Return the function of that name."""
    return {"leaky_relu": _leaky_relu, "gelu": _gelu}.get(name) or keras.activations.get(name)


def _gelu(x):
    """Apply the formula of tf.nn.gelu with its 1/√2 in x's dtype; tf.nn.gelu takes it through float32, which misses float64 by 5e-9."""
    return 0.5 * x * tf.math.erfc(-x * tf.constant(sqrt(0.5), x.dtype))


def _leaky_relu(x):
    """Apply leaky ReLU with the slope written out: Keras' function has 0.2 by default and its layer 0.3."""
    return keras.activations.leaky_relu(x, negative_slope=LEAKY_SLOPE)


class MaskedDropout(keras.layers.Layer):
    """A dropout layer with a given mask: uint8 (batch, …), 1 keeps. The training step sets `mask` before it calls the model.

    Without a mask it draws one itself while training, of `mask_shape`; `always`: at evaluation too, as a forgotten switch would.
    """

    def __init__(self, rate: float, always: bool = False, mask_shape: tuple[int, ...] = (), **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.rate, self.scale, self.always, self.mask_shape = rate, 1 / (1 - rate), always, mask_shape
        self.mask: tf.Tensor | None = None

    def call(self, x, training=False):
        if not training:
            return self._draw(x) if self.always else x
        if self.mask is None:
            return self._draw(x)
        return x * tf.cast(self.mask, x.dtype) * tf.constant(self.scale, x.dtype)

    def _draw(self, x):
        return tf.nn.dropout(x, self.rate, noise_shape=(tf.shape(x)[0], *self.mask_shape))


class ChannelsFirstFlatten(keras.layers.Layer):
    """Flattened channel, row, column, as torch does with its own layout: the difference "flatten-order"."""

    def call(self, x):
        x = tf.transpose(x, (0, 3, 1, 2)) if x.shape.rank == 4 else x  # (b, h, w, c) -> (b, c, h, w)
        return tf.reshape(x, (-1, x.shape[1:].num_elements()))


class DealtChannels(keras.layers.Layer):
    """Channel i of group j becomes channel i * groups + j: a channel shuffle."""

    def __init__(self, groups: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, x):
        h, w, c = x.shape[1:]
        apart = tf.reshape(x, (-1, h, w, self.groups, c // self.groups))
        return tf.reshape(tf.transpose(apart, (0, 1, 2, 4, 3)), (-1, h, w, c))


class AlignedNorm(keras.layers.BatchNormalization):
    """Keras' layer; while training in float64 the same formula, rounded so that what equals its mean becomes exactly 0.

    Otherwise rounding decides on which side of 0 such a value is, and a ReLU after it passes it on in one framework
    and not in the other: a constant channel, or one value of many. The first value of each channel is subtracted, and a
    remaining value is set to 0 where it is no more than the rounding of the sums. In float32, where no such equality is
    promised, it is Keras' own layer.
    """

    still = False
    """Whether it keeps and uses its moving statistics in training too, as `layer(x, training=False)` does."""

    def call(self, x, training=False):
        training = training and not self.still
        if not training or (x.dtype != tf.float64 and self.trainable):
            return super().call(x, training=training)
        axes = list(range(x.shape.rank - 1))
        centred, mean = centre(x, axes)
        variance = tf.reduce_mean(tf.square(centred), axes)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return centred * (tf.math.rsqrt(variance + self.epsilon) * self.gamma) + self.beta


RESIDUE = 2.0**-46
"""Of the largest value of a channel: 64 times the rounding of one float64, more than a mean is ever off by."""


def centre(x, axes: list[int]) -> tuple:
    """Return x minus its mean over some axes, exactly 0 where x equals it, and that mean without these axes."""
    first = tf.stop_gradient(x[tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(x.shape.rank))])
    x = x - first
    mean = tf.reduce_mean(x, axes, keepdims=True)
    centred = x - mean
    residue = RESIDUE * tf.reduce_max(tf.abs(x), axes, keepdims=True)
    centred -= tf.stop_gradient(tf.where(tf.abs(centred) <= residue, centred, tf.zeros_like(centred)))
    return centred, tf.squeeze(mean + first, axes)


class LayerNorm(keras.layers.LayerNormalization):
    """Keras' layer; in float64 the same formula, rounded as the batch normalisation's."""

    def call(self, x):
        if x.dtype != tf.float64:
            return super().call(x)
        axes = [axis % x.shape.rank for axis in self.axis]
        centred, _ = centre(x, axes)
        variance = tf.reduce_mean(tf.square(centred), axes, keepdims=True)
        return centred * tf.math.rsqrt(variance + self.epsilon) * self.gamma + self.beta


class GroupNorm(keras.layers.GroupNormalization):
    """Keras' layer; in float64 the same formula, rounded as the batch normalisation's."""

    def call(self, x):
        if x.dtype != tf.float64:
            return super().call(x)
        parts = self._reshape_into_groups(x)  # (b, h, w, groups, channels of a group)
        axes = [axis for axis in range(1, parts.shape.rank) if axis != parts.shape.rank - 2]
        centred, _ = centre(parts, axes)
        variance = tf.reduce_mean(tf.square(centred), axes, keepdims=True)
        y = tf.reshape(centred * tf.math.rsqrt(variance + self.epsilon), tf.shape(x))
        return tf.ensure_shape(y, x.shape) * self.gamma + self.beta


class UnbiasedNorm(AlignedNorm):
    """Batch normalisation that keeps the unbiased variance, as torch does: the difference "bn-variance"."""

    def call(self, x, training=False):
        if not training or self.still:
            return super().call(x, training=False)
        old = tf.identity(self.moving_variance)
        y = super().call(x, training=True)
        axes = list(range(x.shape.rank - 1))
        count = tf.cast(tf.size(x) / tf.shape(x)[-1], x.dtype)
        unbiased = tf.nn.moments(x, axes)[1] * count / (count - 1)
        self.moving_variance.assign(old * self.momentum + unbiased * (1 - self.momentum))
        return y
