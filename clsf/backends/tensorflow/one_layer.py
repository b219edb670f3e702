"""A few layers on one picture, for display: every output, the effect of training, and the framework's own messages.

Twin of `clsf.backends.torch.one_layer`. Jobs for a worker: plain values and NumPy arrays in and out, in the agreed layout.
"""

from __future__ import annotations

import re
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.base import Weights
from clsf.backends.tensorflow.build import BuiltModel
from clsf.backends.tensorflow.stock import made_of
from clsf.calls import Call
from clsf.model.layers import BY_ROLE
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

REMEMBERED = 16  # models; building one takes longer than running it


def run(spec: str, images: np.ndarray, weights: Weights, masks: Weights | None = None) -> list[np.ndarray]:
    """Return the output of each of the model's top-level layers, one array (n, …) per layer, as after training.

    `spec` is a model's JSON, `images` float32 (n, h, w, c). With `masks` (path -> uint8 (n, …), 1 keeps) dropout layers drop.
    """
    built = _built(spec, images.shape[1:])
    built.set_weights(weights)
    handed = {path: tf.constant(mask) for path, mask in (masks or {}).items()}
    built.hand_out(handed)
    outputs, x = [], tf.constant(images)
    with tf.device("/CPU:0"):
        if any("." in path for path in built.layers):  # branches: the model itself knows its way
            wanted = [value for path, value in built.outputs.items() if "." not in path]
            outputs = keras.Model(built.model.inputs, wanted)(x, training=False)
        else:
            for layer in built.layers.values():
                x = layer(x, training=True) if handed and hasattr(layer, "mask") else layer(x)
                outputs.append(x)
    built.hand_out({})
    return [value.numpy() for value in outputs]


def normalise(spec: str, inputs: np.ndarray, weights: Weights, times: int) -> dict[str, np.ndarray]:
    """Show `inputs` (n, …) to a model of one batch normalisation `times` times in training, then once outside of it.

    Returns "training" and "inference", the outputs (n, …), and "means" and "variances", the running statistics before
    and after each time (times + 1, channels).
    """
    built = _built(spec, inputs.shape[1:])
    built.set_weights(weights)
    layer, x = built.layers["1"], tf.constant(inputs)
    kept = [built.get_weights()]
    with tf.device("/CPU:0"):
        for _ in range(times):
            training = layer(x, training=True)
            kept.append(built.get_weights())
        built.set_weights(kept[-1])
        inference = layer(x, training=False)
    return {
        "training": training.numpy(),
        "inference": inference.numpy(),
        "means": np.stack([w["1.moving_mean"] for w in kept]),
        "variances": np.stack([w["1.moving_variance"] for w in kept]),
    }


def held(spec: str, shape: Shape, weights: Weights) -> dict[str, np.ndarray]:
    """Return the weights as the framework itself holds them, in its own layout: convolution kernels HWIO, dense (in, out)."""
    built = _built(spec, tuple(shape))
    built.set_weights(weights)
    return {name: built._variable(name).numpy() for name in built.names}


def flattened(image: np.ndarray) -> np.ndarray:
    """Return an image (h, w, c) in the order in which this framework's own flattening lays it out, from its own layout NHWC."""
    return made_of(Call(BY_ROLE["Flat"].KERAS.name), dtype=image.dtype.name)(tf.constant(image[None])).numpy()[0]


def own_words(spec: str, shape: Shape) -> tuple[str, str, bool]:
    """Return the framework's own layer as code, its output for an image of `shape` or its message, and whether it refused."""
    layer = ModelSpec.from_text(spec).layers[0]
    call = layer.said(layer.KERAS)
    code = f"keras.{call}"
    try:
        with tf.device("/CPU:0"):
            out = made_of(call)(tf.zeros((1, *shape)))
    except Exception as error:  # whatever the message is, it is shown
        return code, _first_lines(error), True
    return code, str(tuple(out.shape)), False


def _first_lines(error: Exception) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # it writes in bold, for terminals
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines)}"[:400]


@lru_cache(maxsize=REMEMBERED)
def _built(spec: str, shape: Shape) -> BuiltModel:
    with tf.device("/CPU:0"):
        return BuiltModel(ModelSpec.from_text(spec), shape, Plan("picture"), native_dropout=False)
