"""A model of Keras' own layers alone, made of the calls that `clsf.code` prints: for summaries, files, and loops as they are usual.

Twin of `clsf.backends.torch.stock`. What the lockstep compares is built in `clsf.backends.tensorflow.build`, where rules differ.
"""

from __future__ import annotations

import keras

from clsf.backends.base import Weights
from clsf.calls import Call, made
from clsf.code.keras_layers import keras_steps
from clsf.model.shapes import Shape

ROOTS = {"layers": keras.layers, "keras": keras}


def made_of(call: Call, **more: object) -> keras.layers.Layer:
    """Return the layer that a call makes."""
    return made(call, ROOTS, keras.layers.Layer, **more)


def variable_of(layer: keras.layers.Layer, weight: str) -> keras.Variable:
    """Return a weight by our name; Keras calls that of a depthwise convolution alone `kernel`."""
    return getattr(layer, weight) if hasattr(layer, weight) else layer.kernel


class Stock:
    """A functional model by path: `layers` has the layer that holds a path's weights, or its first.

    `names`: path -> name of the layer. `turned`: the Flatten layers that go channel by channel, for the run did.
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
            return made_of(Call(layer.MERGE), name=name, dtype=self._dtype)(ends)
        for step in keras_steps(layer, tuple(x.shape[1:]), None, turned=path in self._turned):
            built = made_of(step.call, name=f"{name}{step.suffix}", dtype=self._dtype)
            if path not in self.layers or step.weights:
                self.layers[path] = built
            x = built(x)
        return x
