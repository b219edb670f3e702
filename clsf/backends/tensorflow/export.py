"""A trained model as files that need nothing of ours: a Keras model of stock layers only, as .keras or ONNX."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras

from clsf.backends.base import Weights
from clsf.code.rows import torch_orders
from clsf.model import branches, layers
from clsf.model.layers import LEAKY_SLOPE
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

KINDS = {"keras": ".keras", "onnx": ".onnx"}
"""What can be written -> how the file's name ends."""


def exported(spec: ModelSpec, shape: Shape, plan: Plan, weights: Weights, names: dict[str, str], kind: str) -> bytes:
    """Return the model with these weights as the bytes of a file of `kind`, a key of KINDS.

    Layers are called by `names` (path -> name). Weights are in the agreed layout. The model takes scaled images, (n, height,
    width, channels), and gives one score per class, as the trained one does with dropout off.
    """
    turned = torch_orders(spec.layers, spec.analyse(shape))[0] if plan.does("flatten-order") else set()
    model, by_path = _model(spec, shape, plan.dtype, names, turned)
    for name, array in weights.items():
        path, weight = name.rsplit(".", 1)
        getattr(by_path[path], "kernel" if weight == "depthwise_kernel" else weight).assign(array)
    return {"keras": _keras, "onnx": _onnx}[kind](model)


def _keras(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _onnx(model: keras.Model) -> bytes:
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model(keras.ops.zeros((1, *model.input_shape[1:]), model.input.dtype))  # Keras exports what has been called once
        model.export(path, format="onnx", verbose=False)
        content = path.read_bytes()
    onnx.checker.check_model(content)  # the exporter writes operations that it does not know as they are: exact gelu is one
    return content


def _model(
    spec: ModelSpec, shape: Shape, dtype: str, names: dict[str, str], turned: set[str]
) -> tuple[keras.Model, dict[str, keras.layers.Layer]]:
    """Build the model of stock layers; an activation that Keras has no plain name for becomes a layer of its own.

    `turned`: the Flatten layers that go channel by channel, for the run did.
    """
    by_path: dict[str, keras.layers.Layer] = {}

    def row(several: tuple, x: keras.KerasTensor, prefix: str) -> keras.KerasTensor:
        for position, layer in enumerate(several, start=1):
            x = one(layer, x, f"{prefix}{position}")
        return x

    def one(layer: object, x: keras.KerasTensor, path: str) -> keras.KerasTensor:
        named = {"name": names[path], "dtype": dtype}
        if isinstance(layer, branches.Residual):
            return keras.layers.Add(**named)([row(r, x, f"{path}.{name}.") for name, r in layer.rows()])
        if isinstance(layer, branches.Parallel):
            return keras.layers.Concatenate(**named)([row(r, x, f"{path}.{name}.") for name, r in layer.rows()])
        if path in turned:
            x = keras.layers.Permute((3, 1, 2), name=f"{names[path]}_turned", dtype=dtype)(x)  # (b, h, w, c) -> (b, c, h, w)
        by_path[path] = _stock(layer, named)
        x = by_path[path](x)
        if getattr(layer, "activation", None) == "leaky_relu":
            x = keras.layers.LeakyReLU(negative_slope=LEAKY_SLOPE, name=f"{names[path]}_act", dtype=dtype)(x)
        return x

    inputs = keras.Input(shape, dtype=dtype, name="images")
    return keras.Model(inputs, row(spec.layers, inputs, ""), name="model"), by_path


def _stock(layer: object, named: dict) -> keras.layers.Layer:
    function = getattr(layer, "activation", "linear")
    function = "linear" if function == "leaky_relu" else function
    match layer:
        case layers.Conv2D():
            return keras.layers.Conv2D(
                layer.filters, layer.kernel_size, layer.strides, layer.padding, dilation_rate=layer.dilation_rate,
                activation=function, use_bias=layer.use_bias, **named,
            )  # fmt: skip
        case layers.DepthwiseConv2D():
            return keras.layers.DepthwiseConv2D(
                layer.kernel_size, layer.strides, layer.padding, layer.depth_multiplier, dilation_rate=layer.dilation_rate,
                activation=function, use_bias=layer.use_bias, **named,
            )  # fmt: skip
        case layers.MaxPool2D():
            return keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding, **named)
        case layers.AveragePool2D():
            return keras.layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding, **named)
        case layers.GlobalAveragePool2D():
            return keras.layers.GlobalAveragePooling2D(**named)
        case layers.Dense():
            return keras.layers.Dense(layer.units, function, layer.use_bias, **named)
        case layers.Flatten():
            return keras.layers.Flatten(**named)
        case layers.Dropout():
            return keras.layers.Dropout(layer.rate, **named)
        case layers.BatchNorm():
            return keras.layers.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon, **named)
        case layers.Activation("leaky_relu"):
            return keras.layers.LeakyReLU(negative_slope=LEAKY_SLOPE, **named)
        case layers.Activation():
            return keras.layers.Activation(layer.name, **named)
    raise TypeError(f"no Keras layer stands for {type(layer).__name__}")
