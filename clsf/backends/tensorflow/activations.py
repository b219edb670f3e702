"""Looks inside a trained model: the output of every layer, and the gradient of one class's score, dropout off."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.build import BuiltModel


class ActivationReader:
    """Runs a built model on inputs, float (n, height, width, channels), without changing it."""

    def __init__(self, built: BuiltModel) -> None:
        self._paths = list(built.outputs)
        self._model = keras.Model(built.model.inputs, list(built.outputs.values()))

    def activations(self, inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Return path -> output of the layer, images as (n, height, width, channels), in order of computation."""
        outputs = self._model(tf.constant(inputs), training=False)
        return {path: _rows(value) for path, value in zip(self._paths, outputs, strict=True)}

    def slopes(self, inputs: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the gradient of each image's score for its chosen class, int (n,): with respect to its input, and to every layer.

        The score is the last layer's output for the class. Returns (gradient by the input, path -> output of the layer,
        path -> gradient by that output). A layer that the score does not depend on has gradients of 0.
        """
        images = tf.constant(inputs)
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = self._model(images, training=False)
            score = tf.reduce_sum(tf.gather(outputs[-1], tf.constant(wanted), axis=1, batch_dims=1))
        first, *others = tape.gradient(score, [images, *outputs], unconnected_gradients="zero")
        told = {path: _rows(value) for path, value in zip(self._paths, outputs, strict=True)}
        return _rows(first), told, {path: _rows(value) for path, value in zip(self._paths, others, strict=True)}


def _rows(value: tf.Tensor) -> np.ndarray:
    return value.numpy()
