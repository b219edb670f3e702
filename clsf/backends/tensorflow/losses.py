"""The minimised value: the plan's loss, the penalties on the kernels; and the count of right answers."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.build import BuiltModel
from clsf.plan import Plan

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 before their logarithm is taken, as Keras does (`keras.config.epsilon`)."""


class Objective:
    """See `clsf.loss_kinds` for the three losses. Labels are int64 (batch,), outputs what the model's last layer says."""

    def __init__(self, plan: Plan, classes: int, built: BuiltModel, weights: np.ndarray | None = None) -> None:
        """`weights`: of the classes, float64 (classes,), in the minimised value; None: all equal."""
        self._plan, self._classes, self._built = plan, classes, built
        self._weights = None if weights is None else tf.constant(weights, plan.dtype)

    def mean(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """Return the mean loss of the batch, each image by the weight of its class: divided by the count of images."""
        losses = self.per_image(labels, outputs)
        return tf.reduce_mean(losses if self._weights is None else tf.gather(self._weights, labels) * losses)

    def per_image(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """Return the loss of each image, (batch,), nats."""
        if self._plan.loss_kind.one_output:
            return self._binary(labels, outputs[:, 0])
        if self._plan.loss_kind.smooths:
            return self._categorical(labels, outputs)
        if self._plan.probabilities:
            return -tf.math.log(_clipped(tf.gather(outputs, labels, batch_dims=1)))
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, outputs)

    def _categorical(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        smoothing = self._plan.label_smoothing
        target = tf.one_hot(labels, self._classes, dtype=outputs.dtype)  # (batch, classes)
        target = target * (1 - smoothing) + smoothing / self._classes
        if self._plan.probabilities:
            return -tf.reduce_sum(target * tf.math.log(_clipped(outputs)), axis=1)
        return tf.nn.softmax_cross_entropy_with_logits(target, outputs)

    def _binary(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        smoothing = self._plan.label_smoothing
        target = tf.cast(labels, outputs.dtype) * (1 - smoothing) + 0.5 * smoothing  # (batch,)
        if self._plan.probabilities:
            p = _clipped(outputs)
            return -(target * tf.math.log(p) + (1 - target) * tf.math.log(1 - p))
        return tf.nn.sigmoid_cross_entropy_with_logits(target, outputs)

    def correct(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """Return the number of right answers."""
        if self._plan.loss_kind.one_output:
            answers = tf.cast(outputs[:, 0] > (0.5 if self._plan.probabilities else 0.0), labels.dtype)
        else:
            answers = tf.argmax(outputs, axis=1)
        return tf.math.count_nonzero(answers == labels)

    def penalty(self) -> tf.Tensor:
        """Return l1 * sum of |kernels| and l2 * sum of kernels², as `kernel_regularizer=keras.regularizers.L1L2` adds them."""
        plan, total = self._plan, tf.zeros((), self._plan.dtype)
        if plan.l1:
            total = plan.l1 * tf.add_n([tf.reduce_sum(tf.abs(kernel)) for kernel in self._built.kernels()])
        if plan.l2 and not plan.does("weight-decay-style"):
            total = total + plan.l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in self._built.kernels()])
        return total

    def regularised(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Add torch's weight decay if that is the difference: on every parameter, without the factor of two."""
        if not self._plan.l2 or not self._plan.does("weight-decay-style"):
            return gradients
        variables = self._built.model.trainable_variables
        return [g + self._plan.l2 * v for g, v in zip(gradients, variables, strict=True)]


def _clipped(probabilities: tf.Tensor) -> tf.Tensor:
    return tf.clip_by_value(probabilities, EPSILON, 1 - EPSILON)
