"""The defaults of the installed Keras, read from it: from signatures and fresh layers; no number is typed in."""

from __future__ import annotations

import inspect
import math

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.stock import layer_class
from clsf.optimizers import BY_ROW, keras_arguments

DRAWN = 100, 2000  # inputs and outputs of a layer whose fresh weights are measured: 200,000 numbers come near their limit


def defaults() -> dict[str, dict[str, object]]:
    """Return row -> name -> default, in this framework's own words. The twin has the same rows."""
    with tf.device("/CPU:0"):
        kernel, bias = _fresh()
        return {
            "version": {"keras": keras.__version__, "tensorflow": tf.__version__},
            "initial-weights": {
                **_signature(layer_class("Linear"), "kernel_initializer"),
                "kernel · √((in + out) / 6)": kernel,
            },
            "bias-init": {**_signature(layer_class("Linear"), "bias_initializer"), "bias · √inputs": bias},
            **{row: _signature(getattr(keras.optimizers, o.keras), *keras_arguments(o)) for row, o in BY_ROW.items()},
            "bn-momentum": _signature(keras.layers.BatchNormalization, "momentum"),
            "bn-epsilon": _signature(keras.layers.BatchNormalization, "epsilon"),
            "bn-variance": {"moving variance of -1, 1": _moving_variance()},
            "image-norm-epsilon": {
                **_signature(keras.layers.LayerNormalization, "epsilon"),
                "groups: epsilon": _signature(keras.layers.GroupNormalization, "epsilon")["epsilon"],
            },
            "slopes": _signature(keras.layers.PReLU, "alpha_initializer", "shared_axes"),
            "response-norm": _signature(tf.nn.local_response_normalization, "depth_radius", "bias", "alpha", "beta"),
            "dropout-rate": _signature(layer_class("Drop"), "rate"),
            "dropout-at-evaluation": _signature(layer_class("Drop").call, "training"),
            "eval-mode": _signature(keras.layers.BatchNormalization.call, "training"),
            "shuffling": _signature(keras.Model.fit, "shuffle"),
            "softmax-before-loss": {"takes its input for": _loss_input()},
            "weight-decay-style": {"change of a weight of 1": _decay()},
            "flatten-order": {"pixels a b, channels 1 2": _flattened()},
            "layout": _layout(),
            "padding": {"same, stride 2, ones": _same_with_stride()},
        }


def _signature(function: object, *names: str) -> dict[str, object]:
    parameters = inspect.signature(function).parameters
    defaults = {name: parameters[name].default for name in names}
    return {name: "must be given" if value is inspect.Parameter.empty else value for name, value in defaults.items()}


def _fresh() -> tuple[str, str]:
    """Return the largest values of a fresh layer's kernel and bias, times what their scheme divides by."""
    initializer = keras.initializers.get(_signature(layer_class("Linear"), "kernel_initializer")["kernel_initializer"])
    scheme = type(initializer)(seed=0)  # leave the random numbers of a run in this process alone
    kernel = np.abs(np.asarray(scheme(DRAWN))).max() * math.sqrt(sum(DRAWN) / 6)
    layer = layer_class("Linear")(DRAWN[1], kernel_initializer="zeros")
    layer.build((None, DRAWN[0]))
    return f"±{kernel:.2f}", f"±{np.abs(layer.bias.numpy()).max() * math.sqrt(DRAWN[0]):.2f}"


def _moving_variance() -> float:
    """Return 1 if the variance that is kept is divided by n, 2 if by n - 1."""
    layer = keras.layers.BatchNormalization(momentum=0.0)
    layer(tf.constant([[-1.0], [1.0]]), training=True)
    return float(layer.moving_variance.numpy()[0])


def _loss_input() -> str:
    """Give the loss 3 and 1, where the first class is right: ln(1 + e^-2) if they are logits, ln(4 / 3) if probabilities."""
    loss = float(keras.losses.SparseCategoricalCrossentropy()(np.array([0]), np.array([[3.0, 1.0]])))
    return "logits" if abs(loss - math.log(1 + math.exp(-2))) < 1e-3 else "probabilities"


def _decay() -> float:
    """Apply only the decay, of 1 and at a learning rate of 1, to a weight of 1."""
    weight = tf.Variable([1.0])
    with tf.GradientTape() as tape:
        penalty = keras.regularizers.L2(1.0)(weight)
    return -float(tape.gradient(penalty, weight)[0])


def _flattened() -> str:
    """Lay out an image of one row with the pixels a and b, in the framework's own layout."""
    image = np.array([[[[0, 1], [2, 3]]]])  # (batch, row, column, channel); 0 is a1, 1 is a2, 2 is b1, 3 is b2
    return _names(layer_class("Flat")()(image)[0])


def _names(order: tf.Tensor) -> str:
    return " ".join(("a1", "a2", "b1", "b2")[int(n)] for n in order)


def _layout() -> dict[str, object]:
    conv, dense = layer_class("Convolution")(8, (5, 4)), layer_class("Linear")(8)
    out = conv(np.zeros((1, 7, 9, 3), "float32"))
    dense.build((None, 3))
    return {
        "image 7×9, 3 channels, to 8": tuple(out.shape),
        "kernel 5×4": tuple(conv.kernel.shape),
        "dense 3 to 8": tuple(dense.kernel.shape),
    }


def _same_with_stride() -> str:
    """Sum windows of three over four ones with padding "same" and stride 2, or return the refusal."""
    try:
        conv = layer_class("Convolution")(1, (1, 3), strides=(1, 2), padding="same", use_bias=False, kernel_initializer="ones")
        sums = conv(np.ones((1, 1, 4, 1), "float32"))
    except ValueError as error:
        return str(error)
    return " ".join(f"{x:g}" for x in sums.numpy().ravel())
