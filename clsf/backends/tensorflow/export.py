"""Exports a model to files independent of this package: a Keras model of stock layers, as .keras, ONNX or TensorFlow Lite."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import numpy as np

from clsf.backends.base import Weights
from clsf.backends.tensorflow.stock import Stock
from clsf.code.rows import torch_orders
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

KINDS = {"keras": ".keras", "onnx": ".onnx", "tflite": ".tflite"}
"""Kind of file -> its file name's ending."""


def exported(spec: ModelSpec, shape: Shape, plan: Plan, weights: Weights, names: dict[str, str], kind: str) -> bytes:
    """Return the model with these weights as the bytes of a file of `kind`, a key of KINDS.

    Layers are called by `names` (path -> name). Weights are in the agreed layout. The model takes scaled images, (n, height,
    width, channels), and gives one score per class, as the trained one does with dropout off.
    """
    turned = torch_orders(spec.layers, spec.analyse(shape))[0] if plan.does("flatten-order") else set()
    stock = Stock(spec.layers, shape, plan.dtype, names, turned=frozenset(turned))
    stock.set_weights(weights)
    return {"keras": _keras, "onnx": _onnx, "tflite": _tflite}[kind](stock.model)


def _keras(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _onnx(model: keras.Model) -> bytes:
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model(keras.ops.zeros((1, *model.input_shape[1:]), model.input.dtype))  # Keras exports only models that were called
        model.export(path, format="onnx", verbose=False)
        content = path.read_bytes()
    onnx.checker.check_model(content)  # the exporter writes operations that it does not know unchanged: exact gelu is one
    return content


def _tflite(model: keras.Model) -> bytes:
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_keras_model(model).convert()


def answers(kind: str, content: bytes, inputs: np.ndarray) -> np.ndarray:
    """Return the outputs of a file that `exported` wrote, "keras" or "tflite", for scaled images, (n, height, width, channels).

    Never for a student's file: Keras builds whatever the file names.
    """
    if kind == "tflite":
        return _interpreted(content, inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        model = keras.saving.load_model(path, compile=False)
    return np.asarray(model(inputs, training=False))


def _interpreted(content: bytes, inputs: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=content)
    given, told = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.allocate_tensors()
    outputs = []
    for image in inputs.astype(given["dtype"]):
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(told["index"])[0])
    return np.stack(outputs)
