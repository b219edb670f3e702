"""ModelSpec -> Keras model, and weights in and out in the agreed layout, which is Keras' own."""

from __future__ import annotations

import keras
import numpy as np

from clsf.backends.base import Weights
from clsf.backends.tensorflow.layers import MaskedDropout, activation
from clsf.model import branches, layers
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec


class BuiltModel:
    """A Keras functional model and its layers by path ("3.body.1")."""

    def __init__(self, spec: ModelSpec, shape: Shape, dtype: str, native_dropout: bool) -> None:
        self.layers: dict[str, keras.layers.Layer] = {}
        self._dtype, self._native_dropout = dtype, native_dropout
        inputs = keras.Input(shape, dtype=dtype)
        self.model = keras.Model(inputs, self._row(spec.layers, inputs, ""))
        self.names = list(spec.analyse(shape).named_weights())

    @property
    def masked(self) -> dict[str, MaskedDropout]:
        """The dropout layers that wait for a mask, by path."""
        return {path: layer for path, layer in self.layers.items() if isinstance(layer, MaskedDropout)}

    def get_weights(self) -> Weights:
        return {name: self._variable(name).numpy() for name in self.names}

    def set_weights(self, weights: Weights) -> None:
        for name in self.names:
            self._variable(name).assign(weights[name])

    def gradients(self, values: list) -> dict[str, np.ndarray]:
        """Return name -> gradient for values in the order of `model.trainable_variables`."""
        by_id = {id(v): np.asarray(g) for v, g in zip(self.model.trainable_variables, values, strict=True)}
        return {name: by_id[id(self._variable(name))] for name in self.names if id(self._variable(name)) in by_id}

    def _variable(self, name: str) -> keras.Variable:
        path, weight = name.rsplit(".", 1)
        return getattr(self.layers[path], "kernel" if weight == "depthwise_kernel" else weight)

    def _row(self, row: tuple, x: keras.KerasTensor, prefix: str) -> keras.KerasTensor:
        for position, layer in enumerate(row, start=1):
            x = self._apply(layer, x, f"{prefix}{position}")
        return x

    def _apply(self, layer: object, x: keras.KerasTensor, path: str) -> keras.KerasTensor:
        named = {"name": "layer_" + path.replace(".", "_"), "dtype": self._dtype}
        if isinstance(layer, branches.Residual):
            ends = [self._row(row, x, f"{path}.{name}.") for name, row in layer.rows()]
            return keras.layers.Add(**named)(ends)
        if isinstance(layer, branches.Parallel):
            ends = [self._row(row, x, f"{path}.{name}.") for name, row in layer.rows()]
            return keras.layers.Concatenate(axis=-1, **named)(ends)
        built = self._plain(layer, named)
        self.layers[path] = built
        return built(x)

    def _plain(self, layer: object, named: dict) -> keras.layers.Layer:
        match layer:
            case layers.Conv2D():
                return keras.layers.Conv2D(
                    layer.filters, layer.kernel_size, layer.strides, layer.padding, dilation_rate=layer.dilation_rate,
                    activation=activation(layer.activation), use_bias=layer.use_bias, **named,
                )  # fmt: skip
            case layers.DepthwiseConv2D():
                return keras.layers.DepthwiseConv2D(
                    layer.kernel_size, layer.strides, layer.padding, layer.depth_multiplier, dilation_rate=layer.dilation_rate,
                    activation=activation(layer.activation), use_bias=layer.use_bias, **named,
                )  # fmt: skip
            case layers.MaxPool2D():
                return keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding, **named)
            case layers.AveragePool2D():
                return keras.layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding, **named)
            case layers.GlobalAveragePool2D():
                return keras.layers.GlobalAveragePooling2D(**named)
            case layers.Dense():
                return keras.layers.Dense(layer.units, activation(layer.activation), layer.use_bias, **named)
            case layers.Flatten():
                return keras.layers.Flatten(**named)
            case layers.Dropout():
                return (keras.layers.Dropout if self._native_dropout else MaskedDropout)(layer.rate, **named)
            case layers.BatchNorm():
                return keras.layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon, **named)
            case layers.Activation():
                return keras.layers.Activation(activation(layer.name), **named)
        raise TypeError(f"no Keras layer stands for {type(layer).__name__}")
