"""The constants of an ONNX graph, and the simple arithmetic that exporters leave between them and the layers."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from clsf.convert.net import MOST_WEIGHTS
from clsf.errors import ConvertError
from clsf.model.layers import keras_name

BATCH = -1
"""The placeholder for the number of images in a computed shape."""

NUMPY = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": lambda a, b: a // b if a.dtype.kind == "i" else a / b,
    "Sqrt": np.sqrt, "Reciprocal": np.reciprocal, "Neg": np.negative, "Pow": np.power, "Exp": np.exp,
}  # fmt: skip


STILL = ("Identity", "Cast", keras_name("Drop"))
"""Operators that pass on their input; some have the same names as in Keras."""

RESHAPE = keras_name("Layout")


class Constants:
    """Arrays by name. `origin`: name -> the initializer that an array is, unchanged."""

    def __init__(self, onnx: Any, graph: Any) -> None:
        self._onnx = onnx
        self.arrays: dict[str, np.ndarray] = {}
        self.origin: dict[str, str] = {}
        self._total = 0
        for tensor in graph.initializer:
            self.arrays[tensor.name] = self._array(tensor)
            self.origin[tensor.name] = tensor.name

    def _array(self, tensor: Any) -> np.ndarray:
        self._total += prod(tensor.dims)
        if any(d < 0 for d in tensor.dims) or self._total > 2 * MOST_WEIGHTS:
            raise ConvertError("The file has too many weights: at most {most} are read.", most=f"{MOST_WEIGHTS:,}")
        try:
            array = self._onnx.numpy_helper.to_array(tensor)
        except Exception as error:  # what a damaged tensor makes the library raise
            raise ConvertError(
                "The weights of '{name}' are damaged ({why}). Export the model again.",
                name=tensor.name[:60],
                why=str(error)[:80],
            ) from None
        return array.astype(np.float32) if array.dtype == np.float16 else array

    def known_first(self, graph: Any) -> dict[str, np.ndarray]:
        """Return the arrays known before any computation: the file's weights, and the values of its "Constant" operators."""
        found = dict(self.arrays)
        for node in graph.node:
            if node.op_type == "Constant" and node.output:
                for attribute in node.attribute:
                    value = self._onnx.helper.get_attribute_value(attribute)
                    if attribute.HasField("t") and prod(value.dims) == 1:
                        found[node.output[0]] = self._onnx.numpy_helper.to_array(value)
                    elif isinstance(value, int | float):
                        found[node.output[0]] = np.array(value)
        return found

    def compute(self, node: Any, attributes: dict) -> None:
        """Add the result of an operator on constants alone. Raises ConvertError for an unknown operator."""
        if node.op_type == "Constant":
            value = attributes.get("value")
            array = self._array(value) if value is not None else np.array(next(iter(attributes.values()), 0))
            self.arrays[node.output[0]] = array
            return
        inputs = [self.arrays.get(name) for name in node.input]
        try:
            array = self._made(node.op_type, inputs, attributes)
        except (ValueError, IndexError, TypeError, ZeroDivisionError, KeyError) as error:
            raise ConvertError(
                "The operator {operator} ({name}) can't be computed: {why}.",
                operator=node.op_type[:60],
                name=node.name[:60],
                why=str(error)[:80],
            ) from None
        if array is None or np.size(array) > MOST_WEIGHTS:
            raise ConvertError(
                "The operator {operator} ({name}) does what no layer here does.",
                operator=node.op_type[:60],
                name=node.name[:60],
            )
        self.arrays[node.output[0]] = array
        if node.op_type == "Identity" and node.input[0] in self.origin:
            self.origin[node.output[0]] = self.origin[node.input[0]]

    def _made(self, kind: str, inputs: list, attributes: dict) -> np.ndarray | None:
        if kind in NUMPY:
            return np.asarray(NUMPY[kind](*inputs))
        first = inputs[0] if inputs else None
        if kind in STILL:
            return first.astype(np.int64) if kind == "Cast" and attributes.get("to") in (6, 7) else first
        axes = attributes.get("axes") if len(inputs) < 2 else inputs[1]
        match kind:
            case "Unsqueeze":
                return np.expand_dims(first, tuple(int(a) for a in np.ravel(axes)))
            case "Squeeze":
                return np.squeeze(first, None if axes is None else tuple(int(a) for a in np.ravel(axes)))
            case "Gather":
                return np.take(first, inputs[1], axis=attributes.get("axis", 0))
            case "Concat":
                return np.concatenate(inputs, axis=attributes.get("axis", 0))
            case "Transpose":
                return np.transpose(first, attributes.get("perm"))
            case _ if kind == RESHAPE:
                return np.reshape(first, [int(n) for n in inputs[1]])
            case "Slice":
                starts, ends = (np.ravel(x) for x in inputs[1:3])
                at = np.ravel(inputs[3]) if len(inputs) > 3 and inputs[3] is not None else np.arange(len(starts))
                steps = np.ravel(inputs[4]) if len(inputs) > 4 and inputs[4] is not None else np.ones(len(starts), int)
                cut = [slice(None)] * first.ndim
                for a, s, e, step in zip(at, starts, ends, steps, strict=True):
                    cut[int(a)] = slice(int(s), int(e), int(step))
                return first[tuple(cut)]
            case "ConstantOfShape":
                shape = [int(n) for n in first]
                value = attributes.get("value")
                fill = self._array(value).ravel()[0] if value is not None else np.float32(0)
                return np.full(shape, fill) if prod(shape) <= MOST_WEIGHTS else None
            case "ReduceProd":
                return np.prod(first, keepdims=bool(attributes.get("keepdims", 1)))
            case "Shape":
                return np.array(first.shape, np.int64)
        return None
