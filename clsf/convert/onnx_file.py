"""Reads an ONNX file as data: each operator becomes one of our layers, or the file is refused with the operator's name.

ONNX stores images as (n, channels, height, width); files made from Keras transpose them there and back. Each value carries its
layout, so that the order of a flattened image, and with it the weights after it, are known. Source: https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from clsf.convert import onnx_constants, onnx_functions
from clsf.convert.net import MOST_WEIGHTS, Node, merged, network, then
from clsf.convert.values import Loaded
from clsf.errors import ConvertError, SpecError
from clsf.model.layers import LEAKY_SLOPE, Layer, made
from clsf.model.shapes import one_or_two
from clsf.model.spec import MAX_LAYERS, MAX_NAME, ModelSpec

BATCH = onnx_constants.BATCH
FIRST, LAST, FLAT, POOLED = (
    "channels first",
    "channels last",
    "flat",
    "pooled",
)  # POOLED: flat here, with sides of 1 in the file
FUNCTIONS = {
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus", "HardSwish": "hard_swish", "Selu": "selu",
    "Swish": "silu",
}  # fmt: skip
STILL = onnx_constants.STILL
MOST_NODES = 20 * MAX_LAYERS


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value in the graph: its node, its layout in the file, and for a flat value our index of each number in the file."""

    node: Node
    layout: str
    order: np.ndarray | None = None

    @property
    def dims(self) -> tuple[int, ...]:
        """Its shape in the file."""
        shape = self.node.shape
        if self.layout == FIRST:
            return BATCH, shape[2], shape[0], shape[1]
        if self.layout == POOLED:
            return BATCH, shape[0], 1, 1
        return BATCH, *shape


def read(content: bytes, name: str) -> Loaded:
    """Return the network of an ONNX file. Raises ConvertError with what is wrong, or which operator is not supported."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(content)
    except (DecodeError, ValueError, RecursionError) as error:
        raise ConvertError(
            "This is no ONNX file, or it is cut short ({why}). Export the model again.", why=str(error)[:80]
        ) from None
    graph = model.graph
    if not graph.node or not graph.output:
        raise ConvertError("This is no ONNX file with a network: it has no operators. Export the model again.")
    _refuse(model, onnx)
    reading = _Reading(onnx, graph)
    start, end = reading.whole()
    built = network(end.node, start)
    if end.order is not None:
        raise ConvertError("The network ends in an image that is flattened channel by channel; let it end in scores.")
    if reading.total > MOST_WEIGHTS:
        raise ConvertError("The file has too many weights: at most {most} are read.", most=f"{MOST_WEIGHTS:,}")
    title = " ".join((graph.name or name).split())[:MAX_NAME] or "model"
    try:
        spec = ModelSpec(title, built.layers)
    except SpecError:
        spec = ModelSpec("model", built.layers)
    writer = f"{model.producer_name} {model.producer_version}".strip()[:80]
    return Loaded(
        "onnx", name, "torch", spec.to_json(), start.shape, built.weights, built.names, built.keys, scaling=reading.scaling,
        facts={"producer": writer} if writer else {},
    )  # fmt: skip


def _refuse(model: Any, onnx: Any) -> None:
    """Raise ConvertError if other files or code would be needed."""
    graph = model.graph
    if len(graph.node) > MOST_NODES:
        raise ConvertError("The file has {count} operators; at most {most} are read.", count=len(graph.node), most=MOST_NODES)
    tensors = [*graph.initializer]
    for node in graph.node:
        if node.domain not in ("", "ai.onnx"):
            raise ConvertError(
                "The file uses the custom operator {operator} of {domain}, whose code is not in the file. Export with ONNX' own operators.",
                operator=node.op_type[:60], domain=node.domain[:60],
            )  # fmt: skip
        for attribute in node.attribute:
            tensors += [attribute.t] if attribute.HasField("t") else []
            tensors += attribute.tensors
            if attribute.HasField("g") or attribute.graphs:
                raise ConvertError(
                    "The operator {operator} ({name}) holds a graph of its own, which is not read: export without loops and branches "
                    "on values.",
                    operator=node.op_type[:60], name=node.name[:60],
                )  # fmt: skip
    for tensor in tensors:
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise ConvertError(
                "The weights of '{name}' lie in another file (external data), which is not opened. Export with all weights inside.",
                name=tensor.name[:60],
            )  # fmt: skip
    if model.functions or graph.sparse_initializer:
        raise ConvertError(
            "The file defines functions or sparse weights of its own, which are not read. Export it without them."
        )


class _Reading:
    def __init__(self, onnx: Any, graph: Any) -> None:
        self._onnx, self._graph = onnx, graph
        self.constants = onnx_constants.Constants(onnx, graph)
        self.values: dict[str, Value] = {}
        self.scaling: tuple[float, float] | None = None
        self.affine: dict[int, tuple[Node, np.ndarray, np.ndarray]] = {}  # node -> the node before it, factor, summand
        self.total = 0

    def whole(self) -> tuple[Node, Value]:
        given = [i for i in self._graph.input if i.name not in self.constants.arrays]
        if len(given) != 1 or len(self._graph.output) != 1:
            raise ConvertError(
                "Networks with one input and one output are read; this one has {inputs} and {outputs}.",
                inputs=len(given), outputs=len(self._graph.output),
            )  # fmt: skip
        start = self._start(given[0])
        functions, between = onnx_functions.written_out(list(self._graph.node), self.constants.known_first(self._graph))
        for node in self._graph.node:
            if between.issuperset(node.output):
                continue
            self.node, self.name = node, (node.name or (node.output[0] if node.output else node.op_type))[:60]
            self.attributes = {a.name: self._onnx.helper.get_attribute_value(a) for a in node.attribute if a.type != a.GRAPH}
            flowing = [self.values[i] for i in node.input if i in self.values]
            if node.output[0] in functions:
                self.values[node.output[0]] = self._written_out(functions[node.output[0]])
            elif not flowing:
                self.constants.compute(node, self.attributes)
            elif node.op_type == "Shape":
                self.constants.arrays[node.output[0]] = np.array(flowing[0].dims, np.int64)
            else:
                self.values[node.output[0]] = self._one(flowing)
        end = self.values.get(self._graph.output[0].name)
        if end is None:
            raise ConvertError("The output of the network does not depend on its input.")
        return start, end

    def _start(self, given: Any) -> Node:
        dims = [d.dim_value for d in given.type.tensor_type.shape.dim]
        first = len(dims) == 4 and dims[1] in (1, 3) and dims[2] > 0 and dims[3] > 0
        last = len(dims) == 4 and dims[3] in (1, 3) and dims[1] > 0 and dims[2] > 0
        if first and last:
            eater = next((n for n in self._graph.node if given.name in n.input), None)
            first = not (eater is not None and eater.op_type == "Transpose")
        if not (first or last) or max(dims[1:]) > 1024:
            raise ConvertError(
                "The network's input is {shape}, but images of a fixed size are read: (n, 1 or 3, height, width), or with the channels last.",
                shape=str(dims)[:60],
            )  # fmt: skip
        shape = (dims[2], dims[3], dims[1]) if first else tuple(dims[1:])
        node = Node(given.name[:60], shape=shape)
        self.values[given.name] = Value(node, FIRST if first else LAST)
        return node

    def _one(self, flowing: list[Value]) -> Value:
        kind = self.node.op_type
        if kind in STILL:
            return flowing[0]
        if kind in FUNCTIONS:
            return self._function(flowing[0], FUNCTIONS[kind])
        handler: Callable[[list[Value]], Value] | None = getattr(self, f"_op_{kind.lower()}", None)
        if handler is None:
            raise self._unread(kind)
        return handler(flowing)

    def _unread(self, what: str) -> ConvertError:
        return ConvertError(
            "The operator {operator} ({name}) does what no layer here does.", operator=what[:60], name=self.name
        )

    def _given(self, place: int) -> np.ndarray | None:
        """Return the constant input at an index, None if it is left out. Raises ConvertError if the input is not constant."""
        if place >= len(self.node.input) or not self.node.input[place]:
            return None
        name = self.node.input[place]
        if name not in self.constants.arrays:
            raise ConvertError(
                "The operator {operator} ({name}) gets weights that are computed, which is not read.",
                operator=self.node.op_type,
                name=self.name,
            )
        return self.constants.arrays[name]

    def _behind(
        self, value: Value, layer: Layer, weights: dict | None = None, places: dict[str, int] | None = None, **changes
    ) -> Value:
        weights = weights or {}
        self.total += sum(array.size for array in weights.values())
        keys = {w: self.constants.origin[self.node.input[p]] for w, p in (places or {}).items()
                if p < len(self.node.input) and self.node.input[p] in self.constants.origin}  # fmt: skip
        name = self.name
        for key in keys.values():
            if key.endswith(".weight"):
                name = key.removesuffix(".weight")[:60]
                break
        return replace(value, node=then(value.node, name, layer, weights, keys), **changes)

    # Element-wise functions.

    def _function(self, value: Value, name: str) -> Value:
        return self._behind(value, made("Function", name))

    def _op_leakyrelu(self, flowing: list[Value]) -> Value:
        alpha = self.attributes.get("alpha", 0.01)
        if abs(alpha - LEAKY_SLOPE) < 1e-7:
            return self._function(flowing[0], "leaky_relu")
        return self._slopes(flowing[0], np.float32(alpha))

    def _op_prelu(self, flowing: list[Value]) -> Value:
        return self._slopes(flowing[0], self._given(1))

    def _slopes(self, value: Value, slope: np.ndarray) -> Value:
        if np.size(slope) == 1:
            layer = made("Slopes", "all")
            shape = layer.weights(value.node.shape)[0].shape
            return self._behind(value, layer, {"alpha": np.full(shape, np.float32(np.ravel(slope)[0]))}, {"alpha": 1})
        layer = made("Slopes", "positions")
        shape = layer.weights(value.node.shape)[0].shape
        return self._behind(value, layer, {"alpha": self._per_channel(value, slope).reshape(shape)}, {"alpha": 1})

    def _op_elu(self, flowing: list[Value]) -> Value:
        if abs(self.attributes.get("alpha", 1.0) - 1) > 1e-7:
            raise self._unread("Elu with another alpha than 1")
        return self._function(flowing[0], "elu")

    def _op_gelu(self, flowing: list[Value]) -> Value:
        return self._gelu(flowing[0], self.attributes.get("approximate", b"none") != b"none")

    def _written_out(self, told: onnx_functions.WrittenOut) -> Value:
        value = self.values.get(told.value)
        if value is None:
            raise self._unread(self.node.op_type)
        moved = value if told.axes == onnx_functions.AS_IT_LIES else self._moved(value, told.axes)
        return self._gelu(moved, told.function == onnx_functions.BY_TANH)

    def _gelu(self, value: Value, by_tanh: bool) -> Value:
        if by_tanh:
            raise ConvertError(
                "The activation {name} is gelu, approximated by tanh. The gelu of the layers here is the exact one, by erf; the two differ "
                "by up to 0.0005. Export the model with approximate=False (Keras) or approximate='none' (PyTorch).",
                name=self.name,
            )
        return self._function(value, "gelu")

    def _op_clip(self, flowing: list[Value]) -> Value:
        bounds = [self.attributes.get("min"), self.attributes.get("max")]
        for place in (1, 2):
            bound = self._given(place)
            if bound is not None:
                bounds[place - 1] = float(np.ravel(bound)[0])
        if bounds != [0, 6]:
            raise self._unread("Clip to other bounds than 0 and 6")
        return self._function(flowing[0], "relu6")

    def _op_softmax(self, flowing: list[Value]) -> Value:
        if self.attributes.get("axis", -1) not in (-1, 1) or flowing[0].layout not in (FLAT, POOLED):
            raise self._unread("Softmax over an image")
        return self._function(flowing[0], "softmax")

    # Layers with weights.

    def _op_conv(self, flowing: list[Value]) -> Value:
        value = self._as_image(flowing[0])
        kernel, bias = self._given(1), self._given(2)
        if kernel is None or kernel.ndim != 4:
            raise self._unread("Conv that is not over images")
        groups, channels = int(self.attributes.get("group", 1)), value.node.shape[2]
        sides = {
            "kernel_size": one_or_two(tuple(int(s) for s in kernel.shape[2:])), "strides": self._pair("strides"),
            "dilation_rate": self._pair("dilations"), "use_bias": bias is not None,
        }  # fmt: skip
        weights = {} if bias is None else {"bias": np.array(bias)}
        if groups == channels > 1:
            each = kernel.shape[0] // channels
            layer = self._made("Depthwise", depth_multiplier=each, **sides)
            weights["depthwise_kernel"] = kernel.reshape(channels, each, *kernel.shape[2:]).transpose(2, 3, 0, 1)
            places = {"depthwise_kernel": 1, "bias": 2}
        else:
            layer = self._made("Convolution", filters=int(kernel.shape[0]), groups=groups, **sides)
            weights["kernel"] = kernel.transpose(2, 3, 1, 0)
            places = {"kernel": 1, "bias": 2}
        value, layer = self._padded(value, layer)
        return self._behind(value, layer, weights, places)

    def _made(self, role: str, **fields: object) -> Layer:
        try:
            return made(role, **fields)
        except SpecError as error:
            raise ConvertError("The layer '{name}' can't be built: {why}", name=self.name, why=error.sentence) from None

    def _pair(self, name: str) -> int | tuple[int, int]:
        sides = [int(n) for n in self.attributes.get(name, (1, 1))]
        return one_or_two((sides[0], sides[-1]))

    def _pads(self, layer: Layer, shape: tuple) -> tuple[int, int, int, int]:
        """Return (left, right, top, bottom) of the operator."""
        auto = self.attributes.get("auto_pad", b"NOTSET")
        if auto in (b"SAME_UPPER", b"SAME_LOWER"):
            left, right, top, bottom = replace(layer, padding="same").pads(shape)
            return (left, right, top, bottom) if auto == b"SAME_UPPER" else (right, left, bottom, top)
        if auto == b"VALID":
            return 0, 0, 0, 0
        top, left, bottom, right = (int(n) for n in self.attributes.get("pads", (0, 0, 0, 0)))
        if min(top, left, bottom, right) < 0:
            raise self._unread("padding that cuts")
        return left, right, top, bottom

    def _padded(self, value: Value, layer: Layer) -> tuple[Value, Layer]:
        """Return the layer with padding "same" if that gives the same cells, else a layer of zero padding before it."""
        pads, shape = self._pads(layer, value.node.shape), value.node.shape
        if value.node.layer is not None and value.node.layer.role == "Pad":  # a padding of its own before
            pads = tuple(a + b for a, b in zip(pads, value.node.layer.pads(shape), strict=True))
            value = replace(value, node=value.node.inputs[0])
        if not any(pads):
            return value, layer
        same = replace(layer, padding="same")
        if same.pads(value.node.shape) == pads:
            return value, same
        left, right, top, bottom = pads
        return self._behind(value, self._made("Pad", top=top, bottom=bottom, left=left, right=right)), layer

    def _op_pad(self, flowing: list[Value]) -> Value:
        value, pads = flowing[0], self.attributes.get("pads")
        pads = self._given(1) if pads is None else np.array(pads)
        fill = self._given(2)
        if value.layout not in (FIRST, LAST) or self.attributes.get("mode", b"constant") != b"constant" or pads is None or (
            fill is not None and np.size(fill) and np.ravel(fill)[0] != 0
        ) or len(pads) != 8:  # fmt: skip
            raise self._unread("padding with something else than zeros")
        h, w, c = (2, 3, 1) if value.layout == FIRST else (1, 2, 3)
        top, bottom, left, right = (int(pads[n]) for n in (h, h + 4, w, w + 4))
        if pads[c] or pads[c + 4] or min(top, bottom, left, right) < 0:
            raise self._unread("padding of channels")
        return self._behind(value, self._made("Pad", top=top, bottom=bottom, left=left, right=right))

    def _op_gemm(self, flowing: list[Value]) -> Value:
        a = self.attributes
        if (
            a.get("alpha", 1.0) != 1.0
            or a.get("beta", 1.0) != 1.0
            or a.get("transA", 0)
            or flowing[0] is not self.values.get(self.node.input[0])
        ):
            raise self._unread("Gemm with factors")
        kernel = self._given(1)
        return self._dense(flowing[0], kernel.T if a.get("transB", 0) else kernel, self._given(2))

    def _op_matmul(self, flowing: list[Value]) -> Value:
        if len(flowing) != 1 or flowing[0] is not self.values.get(self.node.input[0]):
            raise self._unread("MatMul of two values")
        return self._dense(flowing[0], self._given(1), None)

    def _dense(self, value: Value, kernel: np.ndarray, bias: np.ndarray | None) -> Value:
        if (
            value.layout not in (FLAT, POOLED)
            or kernel is None
            or kernel.ndim != 2
            or kernel.shape[0] != prod(value.node.shape)
        ):
            raise self._unread(f"{self.node.op_type} of an image, or of another size")
        weights = {"kernel": self._agreed(value, kernel)}
        if bias is not None:
            weights["bias"] = np.array(bias).reshape(-1)
        layer = self._made("Linear", units=int(kernel.shape[1]), use_bias=bias is not None)
        return self._behind(value, layer, weights, {"kernel": 1, "bias": 2}, layout=FLAT, order=None)

    def _agreed(self, value: Value, array: np.ndarray) -> np.ndarray:
        """Return rows, one for each flat number, in our order."""
        if value.order is None:
            return np.array(array)
        ordered = np.empty_like(array)
        ordered[value.order] = array
        return ordered

    def _op_batchnormalization(self, flowing: list[Value]) -> Value:
        value = flowing[0]
        parts = [self._given(place) for place in (1, 2, 3, 4)]
        if value.layout == LAST or any(part is None for part in parts) or self.attributes.get("training_mode", 0):
            raise self._unread("BatchNormalization while training")
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        weights = {n: self._agreed(value, np.array(part)) for n, part in zip(names, parts, strict=True)}
        epsilon = self._epsilon()
        return self._behind(
            value, self._made("Batchwise", epsilon=epsilon), weights, dict(zip(names, (1, 2, 3, 4), strict=True))
        )

    def _epsilon(self) -> float:
        """Return epsilon as originally written: the file stores it in float32."""
        return float(str(np.float32(self.attributes.get("epsilon", 1e-5))))

    def _op_instancenormalization(self, flowing: list[Value]) -> Value:
        return self._grouped(flowing[0], flowing[0].node.shape[-1])

    def _op_groupnormalization(self, flowing: list[Value]) -> Value:
        return self._grouped(flowing[0], int(self.attributes.get("num_groups", 1)))

    def _grouped(self, value: Value, groups: int) -> Value:
        weights = {"gamma": self._given(1), "beta": self._given(2)}
        if value.layout != FIRST or any(w is None or w.shape != value.node.shape[-1:] for w in weights.values()):
            raise self._unread(f"{self.node.op_type} with a scale for each group")
        layer = self._made("GroupNorm", groups=groups, epsilon=self._epsilon())
        return self._behind(value, layer, weights, {"gamma": 1, "beta": 2})

    def _op_layernormalization(self, flowing: list[Value]) -> Value:
        value, axis = flowing[0], self.attributes.get("axis", -1)
        gamma, beta = self._given(1), self._given(2)
        if value.layout not in (LAST, FLAT) or axis not in (-1, len(value.dims) - 1) or gamma is None:
            raise self._unread("LayerNormalization over more than the channels")
        weights = {
            "gamma": self._agreed(value, gamma),
            "beta": self._agreed(value, np.zeros_like(gamma) if beta is None else beta),
        }
        layer = self._made("LayerNorm", epsilon=self._epsilon())
        return self._behind(value, layer, weights, {"gamma": 1, "beta": 2})

    # Pooling.

    def _op_maxpool(self, flowing: list[Value]) -> Value:
        return self._pool(flowing[0], "MaxPool")

    def _op_averagepool(self, flowing: list[Value]) -> Value:
        return self._pool(flowing[0], "AveragePool")

    def _pool(self, value: Value, role: str) -> Value:
        value = self._as_image(value)
        size = tuple(int(n) for n in self.attributes.get("kernel_shape", ()))
        if len(size) != 2 or set(self.attributes.get("dilations", (1,))) != {1}:
            raise self._unread("pooling with gaps")
        strides = self._pair("strides")
        layer = self._made(role, pool_size=one_or_two(size), strides=None if strides == one_or_two(size) else strides)
        shape, pads = value.node.shape, self._pads(layer, value.node.shape)
        if self.attributes.get("ceil_mode", 0):
            pads = _hanging(pads, shape, size, layer.moves)
        same = replace(layer, padding="same")
        if not any(pads):
            return self._behind(value, layer)
        counted = (
            role == "AveragePool" and self.attributes.get("count_include_pad", 0) and not self.attributes.get("ceil_mode", 0)
        )
        if same.pads(shape) == pads and not counted:
            return self._behind(value, same)
        above = value.node.layer is not None and value.node.layer.function in (
            "relu",
            "relu6",
            "sigmoid",
            "softplus",
            "softmax",
        )
        if not (counted or (role == "MaxPool" and above)):  # padding zeros do not change a maximum over non-negative numbers
            raise self._unread("pooling whose padding no layer here has")
        left, right, top, bottom = pads
        return self._behind(self._behind(value, self._made("Pad", top=top, bottom=bottom, left=left, right=right)), layer)

    def _op_globalaveragepool(self, flowing: list[Value]) -> Value:
        return self._behind(flowing[0], made("GlobalAverage"), layout=POOLED)

    def _op_globalmaxpool(self, flowing: list[Value]) -> Value:
        return self._behind(flowing[0], made("GlobalMax"), layout=POOLED)

    def _op_reducemean(self, flowing: list[Value]) -> Value:
        return self._reduced(flowing[0], "GlobalAverage")

    def _op_reducemax(self, flowing: list[Value]) -> Value:
        return self._reduced(flowing[0], "GlobalMax")

    def _reduced(self, value: Value, role: str) -> Value:
        axes = self.attributes.get("axes")
        axes = self._given(1) if axes is None else axes
        wanted = {FIRST: {2, 3}, LAST: {1, 2}}.get(value.layout)
        if axes is None or wanted is None or {int(a) % 4 for a in np.ravel(axes)} != wanted:
            raise self._unread(f"{self.node.op_type} over other axes than height and width")
        return self._behind(value, made(role), layout=POOLED if self.attributes.get("keepdims", 1) else FLAT)

    # Operators that move numbers.

    def _as_image(self, value: Value) -> Value:
        if value.layout == POOLED:
            return self._behind(value, made("Layout", 1, 1, value.node.shape[0]), layout=FIRST)
        if value.layout != FIRST:
            raise self._unread(f"{self.node.op_type} of what is no image")
        return value

    def _op_transpose(self, flowing: list[Value]) -> Value:
        return self._moved(flowing[0], tuple(self.attributes.get("perm", ())))

    def _moved(self, value: Value, perm: tuple[int, ...]) -> Value:
        if value.layout == FIRST and perm == (0, 2, 3, 1):
            return replace(value, layout=LAST)
        if value.layout == LAST and perm == (0, 3, 1, 2):
            return replace(value, layout=FIRST)
        if value.layout == POOLED and perm in ((0, 2, 3, 1), (0, 3, 1, 2)):
            return value
        raise self._unread("Transpose of other axes")

    def _op_flatten(self, flowing: list[Value]) -> Value:
        if self.attributes.get("axis", 1) not in (1, 1 - len(flowing[0].dims)):
            raise self._unread(f"{self.node.op_type} of some axes")
        return self._flat(flowing[0])

    def _flat(self, value: Value) -> Value:
        if value.layout in (FLAT, POOLED):
            return replace(value, layout=FLAT)
        h, w, c = value.node.shape
        order = None
        if value.layout == FIRST and c > 1 and h * w > 1:
            order = np.arange(h * w * c).reshape(h, w, c).transpose(2, 0, 1).ravel()
        return self._behind(value, made("Flat"), layout=FLAT, order=order)

    def _op_squeeze(self, flowing: list[Value]) -> Value:
        if flowing[0].layout != POOLED:
            raise self._unread("Squeeze of an image")
        return replace(flowing[0], layout=FLAT)

    def _op_unsqueeze(self, flowing: list[Value]) -> Value:
        if flowing[0].layout not in (FLAT, POOLED) or flowing[0].order is not None:
            raise self._unread("Unsqueeze of an image")
        return replace(flowing[0], layout=POOLED)

    def _op_reshape(self, flowing: list[Value]) -> Value:
        value, target = flowing[0], self._given(1)
        count = prod(value.node.shape)
        sides = [int(n) for n in np.ravel(target)] if target is not None else []
        if len(sides) == 2 and sides[1] in (-1, count):
            return self._flat(value)
        if len(sides) == 4 and value.layout in (FLAT, POOLED) and sorted(sides[1:])[:2] in ([1, 1], [-1, 1]):
            return replace(value, layout=POOLED)
        if tuple(sides[1:]) == value.dims[1:]:
            return value
        raise self._unread(f"{self.node.op_type} to another image")

    # Operators on several values, or on a value and constants.

    def _op_concat(self, flowing: list[Value]) -> Value:
        layout = flowing[0].layout
        axis = int(self.attributes.get("axis", 1)) % max(len(flowing[0].dims), 1)
        if len(flowing) != len(self.node.input) or {v.layout for v in flowing} != {layout} or axis != {LAST: 3}.get(layout, 1) or any(
            v.order is not None for v in flowing
        ):  # fmt: skip
            raise self._unread("Concat along another axis than the channels")
        return Value(merged(self.name, "concat", [v.node for v in flowing]), layout)

    def _op_add(self, flowing: list[Value]) -> Value:
        if len(self.node.input) == 2 and len(flowing) == 2:
            return self._met(flowing, "add")
        return self._changed(flowing[0], 1.0, self._other(flowing[0]))

    def _op_sum(self, flowing: list[Value]) -> Value:
        return self._met(flowing, "add")

    def _op_mul(self, flowing: list[Value]) -> Value:
        if len(flowing) == 2:
            for gate, base in (flowing, flowing[::-1]):
                layer = gate.node.layer
                if (
                    layer is not None
                    and layer.role == "Function"
                    and layer.name == "sigmoid"
                    and gate.node.inputs == (base.node,)
                ):
                    return self._function(base, "silu")
            return self._met(flowing, "multiply")
        return self._changed(flowing[0], self._other(flowing[0]), 0.0)

    def _op_sub(self, flowing: list[Value]) -> Value:
        if len(flowing) == 2:
            raise self._unread("Sub of two values")
        if self.node.input[0] in self.values:
            return self._changed(flowing[0], 1.0, -self._other(flowing[0]))
        return self._changed(flowing[0], -1.0, self._other(flowing[0]))

    def _op_div(self, flowing: list[Value]) -> Value:
        if len(flowing) == 2 or self.node.input[0] not in self.values:
            raise self._unread("Div by a value")
        return self._changed(flowing[0], 1.0 / self._other(flowing[0]), 0.0)

    def _met(self, flowing: list[Value], kind: str) -> Value:
        image = next((v for v in flowing if v.layout in (FIRST, LAST)), flowing[0])
        if any(v.order is not None for v in flowing) or {v.layout for v in flowing} - {image.layout, POOLED, FLAT}:
            raise self._unread(f"{self.node.op_type} of values that lie differently")
        return Value(merged(self.name, kind, [v.node for v in flowing]), image.layout)

    def _other(self, value: Value) -> np.ndarray:
        place = next(n for n, i in enumerate(self.node.input) if i not in self.values)
        return self._per_channel(value, self._given(place)).astype(np.float64)

    def _per_channel(self, value: Value, array: np.ndarray) -> np.ndarray:
        """Return one number for each channel, or each flat number, in our order."""
        channels, axis = value.node.shape[-1], {FIRST: -3, POOLED: -3}.get(value.layout, -1)
        if np.size(array) == 1:
            return np.full(channels, np.ravel(array)[0])
        shape = (1,) * (4 - array.ndim) + array.shape
        values = np.ravel(array)
        if len(values) != channels or shape[axis] != channels:
            raise self._unread(f"{self.node.op_type} with numbers that are not one for each channel")
        return self._agreed(value, values)

    def _changed(self, value: Value, factor: np.ndarray | float, summand: np.ndarray | float) -> Value:
        """Return value * factor + summand, as the bias of the layer before or as an equivalent batch normalisation."""
        node = value.node
        channels = node.shape[-1]
        factor, summand = np.broadcast_to(factor, channels), np.broadcast_to(summand, channels)
        if not node.inputs and not node.merge:
            if self.scaling is not None or np.ptp(factor) or np.ptp(summand):
                first = self.scaling or (1.0, 0.0)
                if np.ptp(factor) or np.ptp(summand):
                    return self._normed(value, factor, summand)
                factor, summand = first[0] * factor, first[1] * factor + summand
            self.scaling = float(factor[0]), float(summand[0])
            return value
        if np.all(factor == 1) and getattr(node.layer, "use_bias", None) is False:
            weights = node.weights | {"bias": summand.astype(np.float32)}
            return replace(value, node=then(node.inputs[0], node.name, replace(node.layer, use_bias=True), weights, node.keys))
        return self._normed(value, factor, summand)

    def _normed(self, value: Value, factor: np.ndarray, summand: np.ndarray) -> Value:
        node = value.node
        if id(node) in self.affine:
            before, old_factor, old_summand = self.affine[id(node)]
            factor, summand, value = factor * old_factor, factor * old_summand + summand, replace(value, node=before)
        before, layer = value.node, self._made("Batchwise")
        weights = {
            "gamma": factor, "beta": summand, "moving_mean": np.zeros(len(factor)), "moving_variance": np.full(len(factor), 1 - layer.epsilon),
        }  # fmt: skip
        normed = self._behind(value, layer, {n: np.array(w, np.float64) for n, w in weights.items()})
        self.affine[id(normed.node)] = before, factor, summand
        self._kept = [*getattr(self, "_kept", []), normed.node]  # so that no other node gets its id
        return normed


def _hanging(pads: tuple, shape: tuple, size: tuple, moves: tuple) -> tuple[int, int, int, int]:
    """Return the pads of a pooling whose last windows may extend over the edge, including those cells."""
    left, right, top, bottom = pads

    def more(side: int, before: int, after: int, window: int, move: int) -> int:
        steps = -(-(side + before + after - window) // move) + 1
        if (steps - 1) * move >= side + before:
            steps -= 1
        return max((steps - 1) * move + window - side - before, after)

    return left, more(shape[1], left, right, size[1], moves[1]), top, more(shape[0], top, bottom, size[0], moves[0])
