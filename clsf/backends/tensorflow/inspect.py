"""One training step that returns everything it computed: for lockstep, and for looking inside."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.base import Observation, Weights
from clsf.backends.tensorflow.build import BuiltModel
from clsf.backends.tensorflow.losses import Objective
from clsf.model.walk import IMAGES


class Inspector:
    """Runs the model with every layer's output kept."""

    def __init__(self, built: BuiltModel, sources: dict[str, str]) -> None:
        self._built, self._sources = built, sources
        self._model = keras.Model(built.model.inputs, list(built.outputs.values()))

    def step(self, images: tf.Tensor, labels: tf.Tensor, masks: dict, objective: Objective) -> tuple:
        """Return loss, the outputs of every layer, the gradients of these, and of the trainable variables."""
        self._built.hand_out(masks)
        variables = self._built.model.trainable_variables
        with tf.GradientTape() as tape:
            tape.watch(images)  # or nothing is recorded of the layers before the first trainable one
            outputs = self._model(images, training=True)
            loss = objective.mean(labels, tf.cast(outputs[-1], images.dtype))
            minimised = loss + objective.penalty()
        both = tape.gradient(minimised, [*outputs, *variables])
        self._built.hand_out({})
        return loss, outputs, both[: len(outputs)], objective.regularised(both[len(outputs) :])

    def told(self, images: tf.Tensor, loss: tf.Tensor, outputs: list, slopes: list, gradients: list) -> Observation:
        """Return an observation without weights: they come after the update."""
        paths = list(self._built.outputs)
        return Observation(
            loss=float(loss),
            logits=_array(outputs[-1]),
            inputs=images.numpy(),
            activations={path: _array(value) for path, value in zip(paths, outputs, strict=True)},
            output_gradients={path: _array(value) for path, value in zip(paths, slopes, strict=True)},
            gradients=self._built.gradients(gradients),
            weights={},
        )

    def activations(self, images: tf.Tensor) -> dict[str, np.ndarray]:
        """Return path -> output of each layer, dropout off."""
        return {
            path: _array(value) for path, value in zip(self._built.outputs, self._model(images, training=False), strict=True)
        }

    def layers_alone(self, reference: Observation, masks: dict) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return path -> output of each layer fed with the reference's input, and weight -> gradient of each by itself."""
        outputs, gradients = {}, {}
        self._built.hand_out(masks)
        for path, source in self._sources.items():
            layer = self._built.layers[path]
            x = tf.constant(reference.inputs if source == IMAGES else reference.activations[source])
            with tf.GradientTape() as tape:
                y = layer(x, training=True) if layer.trainable_variables or hasattr(layer, "mask") else layer(x)
            outputs[path] = _array(y)
            if path in reference.output_gradients:  # a layer that only this side has is run, but there is no gradient for it
                slopes = tape.gradient(
                    y, layer.trainable_variables, tf.cast(tf.constant(reference.output_gradients[path]), y.dtype)
                )
                gradients |= self._built.gradients_of(layer.trainable_variables, slopes)
        self._built.hand_out({})
        return outputs, gradients


def applied(update: Callable[[list], object], built: BuiltModel, gradients: dict[str, np.ndarray]) -> Weights:
    """Let `update` change the weights by these gradients, and return the weights."""
    variables = built.model.trainable_variables
    names = built.trainable_names()
    dtype = variables[0].dtype
    update([tf.constant(gradients[names[id(v)]], dtype) for v in variables])
    return built.get_weights()


def _array(value: tf.Tensor) -> np.ndarray:
    """Return a tensor's numbers; NumPy has no bfloat16, and float32 holds each of its numbers exactly."""
    return (tf.cast(value, tf.float32) if value.dtype == tf.bfloat16 else value).numpy()
