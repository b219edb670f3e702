"""A model of Keras' own layers only, made of the calls that `clsf.code` prints: for summaries, files, and typical loops.

Twin of `clsf.backends.torch.stock`. Lockstep compares models of `clsf.backends.tensorflow.build`, where rules differ.
"""

from __future__ import annotations

from types import SimpleNamespace

import keras
import tensorflow as tf

from clsf.backends.base import Weights
from clsf.calls import Call, made
from clsf.code.keras_layers import keras_steps
from clsf.model.layers import keras_name
from clsf.model.shapes import Shape


@keras.saving.register_keras_serializable()
class LocalResponseNormalization(keras.layers.Layer):
    """As the class of that name in `clsf.code.own_layers`, with its formula for float64, which TensorFlow's function refuses."""

    def __init__(self, depth_radius: int, bias: float, alpha: float, beta: float, **more: object) -> None:
        super().__init__(**more)
        self.settings = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}

    def call(self, x):
        if x.dtype != tf.float64:
            return tf.nn.local_response_normalization(x, **self.settings)
        s, radius = self.settings, self.settings["depth_radius"]
        squares = tf.pad(tf.square(x), [[0, 0]] * 3 + [[radius, radius]])
        total = tf.add_n([squares[..., n : n + x.shape[-1]] for n in range(2 * radius + 1)])
        return x / (s["bias"] + s["alpha"] * total) ** s["beta"]

    def get_config(self) -> dict:
        return {**super().get_config(), **self.settings}


ROOTS = {
    "layers": keras.layers, "keras": keras, "own": SimpleNamespace(LocalResponseNormalization=LocalResponseNormalization),
}  # fmt: skip


def layer_class(role: str) -> type[keras.layers.Layer]:
    """Return Keras' class of the layer that plays a part."""
    return getattr(keras.layers, keras_name(role))


def made_of(call: Call, **more: object) -> keras.layers.Layer:
    """Return the layer that a call makes."""
    name = call.name if "." in call.name else f"own.{call.name}"
    return made(call.but(name=name), ROOTS, (keras.layers.Layer, keras.initializers.Initializer), **more)


def variable_of(layer: keras.layers.Layer, weight: str) -> keras.Variable:
    """Return a weight by our name; Keras calls that of a depthwise convolution alone `kernel`."""
    return getattr(layer, weight) if hasattr(layer, weight) else layer.kernel


class Stock:
    """A functional model by path: `layers` has the layer that holds a path's weights, or its first.

    `names`: path -> name of the layer. `turned`: the flattening layers that go channel by channel, because the run did.
    """

    def __init__(
        self,
        row: tuple,
        shape: Shape,
        dtype: str,
        names: dict[str, str],
        name: str = "model",
        turned: frozenset[str] = frozenset(),
    ) -> None:
        self.layers: dict[str, keras.layers.Layer] = {}
        self._dtype, self._names, self._turned = dtype, names, turned
        inputs = keras.Input(shape, dtype=dtype, name="images")
        self.model = keras.Model(inputs, self._row(row, inputs, ""), name=name)

    def set_weights(self, weights: Weights) -> None:
        """Load weights in the agreed layout, which is Keras' own."""
        for name, array in weights.items():
            path, weight = name.rsplit(".", 1)
            variable_of(self.layers[path], weight).assign(array)

    def _row(self, row: tuple, x: keras.KerasTensor, prefix: str) -> keras.KerasTensor:
        for position, layer in enumerate(row, start=1):
            x = self._one(layer, x, f"{prefix}{position}")
        return x

    def _one(self, layer: object, x: keras.KerasTensor, path: str) -> keras.KerasTensor:
        name = self._names[path]
        if layer.rows():
            ends = [self._row(row, x, f"{path}.{inner}.") for inner, row in layer.rows()]
            return made_of(Call(layer.MERGE), name=name, dtype=self._dtype)(ends) if layer.MERGE else ends[0]
        for step in keras_steps(layer, x.shape[1:], None, turned=path in self._turned):
            built = made_of(step.call, name=f"{name}{step.suffix}", dtype=self._dtype)
            if path not in self.layers or step.weights:
                self.layers[path] = built
            x = built(x)
        return x
