"""Detection rate of the conversion lab on ONNX files written operator by operator, computed in NumPy: no framework is needed.

`tests/backends/test_convert_bar.py` does the same with files written by both frameworks.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from clsf.convert import reading
from clsf.convert.causes import effective
from clsf.convert.comparing import compared
from clsf.convert.net import Node, merged, network, then
from clsf.convert.values import Loaded
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from tests import conversions
from tests.conversion_faults import FAULTS, told

pytestmark = pytest.mark.slow

STATS = ("gamma", "beta", "moving_mean", "moving_variance")
ERF = np.vectorize(math.erf)
FUNCTIONS = {
    "relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "relu6": lambda v: np.clip(v, 0, 6), "silu": lambda v: v / (1 + np.exp(-v)),
    "leaky_relu": lambda v: np.where(v > 0, v, 0.01 * v), "elu": lambda v: np.where(v > 0, v, np.expm1(np.minimum(v, 0))),
    "gelu": lambda v: v * 0.5 * (1 + ERF(v / 2**0.5)),
}  # fmt: skip
OPERATORS = {"relu": "Relu", "tanh": "Tanh", "leaky_relu": "LeakyRelu", "elu": "Elu", "gelu": "Gelu"}


# What both frameworks would compute.


def windows(x: np.ndarray, layer, fill: float = 0.0) -> np.ndarray:
    left, right, top, bottom = layer.pads(x.shape[1:])
    x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    down, across = layer.moves
    return np.lib.stride_tricks.sliding_window_view(x, layer.sides, (1, 2))[:, ::down, ::across]


def computed(layers: tuple, x: np.ndarray, prefix: str, weights: dict, found: dict) -> np.ndarray:
    for number, layer in enumerate(layers, start=1):
        path = f"{prefix}{number}"
        held = {n.rpartition(".")[2]: np.asarray(a, float) for n, a in weights.items() if n.rpartition(".")[0] == path}
        bias = held.get("bias", 0)
        match layer.role:
            case "Convolution":
                x = np.einsum("nhwcij,ijco->nhwo", windows(x, layer), held["kernel"]) + bias
            case "Depthwise":
                x = np.einsum("nhwcij,ijcm->nhwcm", windows(x, layer), held["depthwise_kernel"])
                x = x.reshape(*x.shape[:3], -1) + bias
            case "MaxPool":
                x = windows(x, layer, -np.inf).max((-1, -2))
            case "AveragePool":
                x = windows(x, layer).mean((-1, -2))
            case "Batchwise":
                factor, summand = effective(held, layer.epsilon)
                x = x * factor + summand
            case "GlobalAverage":
                x = x.mean((1, 2))
            case "Flat":
                x = x.reshape(len(x), -1)
            case "Linear":
                x = x @ held["kernel"] + bias
            case "Pad":
                x = np.pad(x, ((0, 0), (layer.top, layer.bottom), (layer.left, layer.right), (0, 0)))
            case "Function":
                x = FUNCTIONS[layer.name](x)
            case _:
                ends = [computed(row, x, f"{path}.{name}.", weights, found) for name, row in layer.rows()]
                x = ends[0] + ends[1] if layer.SIGN else np.concatenate(ends, -1)
        found[path] = x
    return x


def runner(shape: tuple):
    images = np.random.default_rng(1).uniform(0, 1, (4, *shape))

    def run(framework: str, spec: ModelSpec, weights: dict) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        computed(spec.layers, images, "", weights, found)
        return found

    return run


# The two files of a pair.


def layer_of(kind: str, settings: list):
    match kind:
        case "conv":
            return made("Convolution", settings[0], settings[1], strides=settings[2], padding=settings[3])
        case "depth":
            return made("Depthwise", settings[0], padding="same", depth_multiplier=settings[1])
        case "bn":
            return made("Batchwise", 0.99, settings[0])
        case "act":
            return made("Function", settings[0])
        case "pool":
            return made("MaxPool" if settings[0] == "max" else "AveragePool", settings[1])
    return {"flat": lambda: made("Flat"), "gap": lambda: made("GlobalAverage"), "dense": lambda: made("Linear", settings[0])}[
        kind
    ]()


def first(which: str, seed: int) -> tuple[Loaded, conversions.Weights]:
    """Return the first file as read, and its weights by layer name."""
    rng = np.random.default_rng(seed)
    weights: conversions.Weights = {}
    start = Node("images", shape=conversions.SHAPES[which])

    def go(rows: list, x: Node) -> Node:
        for kind, name, *settings in rows:
            if kind in ("add", "cat"):
                x = merged(name, {"cat": "concat"}.get(kind, kind), [go(row, x) for row in settings])
                continue
            layer, held = layer_of(kind, settings), {}
            for weight in layer.weights(x.shape):
                positive = weight.name in ("gamma", "moving_variance")
                held[weight.name] = (
                    rng.uniform(0.3, 1.5, weight.shape) if positive else rng.normal(0, 0.5, weight.shape)
                ).astype(np.float32)
            if held:
                weights[name] = {n.removeprefix("depthwise_"): a for n, a in held.items()}
            x = then(x, name, layer, held)
        return x

    found = network(go(conversions.NETS[which], start), start)
    spec = ModelSpec("net", found.layers)
    return Loaded("keras", "a.keras", "tensorflow", spec.to_json(), start.shape, found.weights, found.names, {}), weights


class Writer:
    """Writes the second file, an ONNX file, possibly with one fault."""

    def __init__(self, weights: conversions.Weights, fault: tuple[str, str], inside: bool) -> None:
        self.weights, (self.what, self.where), self.inside = weights, fault, inside
        self.nodes: list = []
        self.arrays: list = []
        self.image: tuple = ()  # that was flattened: channels, height, width

    def constant(self, array: np.ndarray) -> str:
        name = f"w{len(self.arrays)}"
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def node(self, operator: str, inputs: list, **attributes: object) -> str:
        name = f"x{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], f"node_{name}", **attributes))
        return name

    def row(self, rows: list, x: str, shape: tuple) -> tuple[str, tuple]:
        rows = list(rows)
        while rows:
            layer = rows.pop(0)
            kind, _, *settings = layer
            match kind:
                case "conv" | "depth":
                    norm = rows.pop(0) if self.inside and rows and rows[0][0] == "bn" else None
                    x, shape = self.convolution(layer, norm, x, shape)
                case "bn":
                    x = self.node("BatchNormalization", [x, *map(self.constant, self.stats(layer))], epsilon=settings[0])
                case "act" if settings[0] == "silu":
                    x = self.node("Mul", [x, self.node("Sigmoid", [x])])
                case "act" if settings[0] == "relu6":
                    x = self.node("Clip", [x, self.constant(0.0), self.constant(6.0)])
                case "act":
                    x = self.node(OPERATORS[settings[0]], [x])
                case "pool":
                    side = settings[1]
                    x = self.node(
                        "MaxPool" if settings[0] == "max" else "AveragePool", [x], kernel_shape=[side] * 2, strides=[side] * 2
                    )
                    shape = shape[0], shape[1] // side, shape[2] // side
                case "gap":
                    x, shape = self.node("Flatten", [self.node("GlobalAveragePool", [x])]), shape[:1]
                case "flat":
                    self.image = shape
                    x, shape = self.node("Flatten", [x]), (math.prod(shape),)
                case "dense":
                    x = self.dense(layer, x)
                    shape = (settings[0],)
                case _:
                    (one, a), (two, b) = self.row(settings[0], x, shape), self.row(settings[1], x, shape)
                    x = self.node("Add", [one, two]) if kind == "add" else self.node("Concat", [one, two], axis=1)
                    shape = a if kind == "add" else (a[0] + b[0], *a[1:])
        return x, shape

    def held(self, name: str) -> tuple[dict, str]:
        """Return a layer's weights, and its fault."""
        wrong = self.what if self.where == name else ""
        return self.weights[wrong.removeprefix("from:") if wrong.startswith("from:") else name], wrong

    def stats(self, layer: tuple) -> list[np.ndarray]:
        held, wrong = self.held(layer[1])
        gamma, beta, mean, variance = (held[n] for n in STATS)
        return {
            "stats-swapped": [gamma, beta, variance, abs(mean)], "std": [gamma, beta, mean, np.sqrt(variance)],
            "no-stats": [gamma, beta, mean * 0, variance * 0 + 1], "gamma-beta": [beta, gamma, mean, variance],
        }.get(wrong, [gamma, beta, mean, variance])  # fmt: skip

    def convolution(self, layer: tuple, norm: tuple | None, x: str, shape: tuple) -> tuple[str, tuple]:
        kind, name, *settings = layer
        held, wrong = self.held(name)
        plain = kind == "conv"
        out, side, move, padding = settings[:4] if plain else (shape[0] * settings[1], settings[0], 1, "same")
        kernel, bias = held["kernel"], held["bias"] * (0 if wrong == "no-bias" else 1)
        kernel = {
            "hw-swapped": lambda k: k.transpose(1, 0, 2, 3), "rotated": lambda k: np.rot90(k, 2, (0, 1)), "bgr": lambda k: k[:, :, ::-1],
            "in-out": lambda k: k.swapaxes(2, 3), "half": lambda k: k.astype(np.float16),
        }.get(wrong, lambda k: k)(kernel)  # fmt: skip
        target = out, shape[0] if plain else 1, side, side
        axes = (3, 2, 0, 1) if plain or wrong == "multiplier" else (2, 3, 0, 1)
        kernel = (
            np.ascontiguousarray(kernel if wrong == "viewed" else kernel.transpose(axes)).reshape(target).astype(np.float32)
        )
        pads = []
        for length in shape[1:]:
            total = max((-(-length // move) - 1) * move + side - length, 0) if padding == "same" else 0
            pads.append((side // 2,) * 2 if wrong == "padding" else (total // 2, total - total // 2))
        if norm is not None:
            factor, summand = effective(dict(zip(STATS, self.stats(norm), strict=True)), norm[2])
            kernel, bias = kernel * factor[:, None, None, None], bias * factor + summand
        x = self.node(
            "Conv", [x, self.constant(kernel), self.constant(bias)], kernel_shape=[side] * 2, strides=[move] * 2,
            pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]], group=1 if plain else shape[0],
        )  # fmt: skip
        return x, (out, *((length + sum(pad) - side) // move + 1 for length, pad in zip(shape[1:], pads, strict=True)))

    def dense(self, layer: tuple, x: str) -> str:
        held, wrong = self.held(layer[1])
        kernel = held["kernel"]
        if self.image and len(kernel) == math.prod(self.image) and wrong != "flatten":
            c, h, w = self.image
            kernel = (
                kernel.reshape(h, w, c, -1)
                .transpose((2, 1, 0, 3) if wrong == "flatten-wh" else (2, 0, 1, 3))
                .reshape(kernel.shape)
            )
        kernel = kernel if wrong == "not-turned" else kernel.T
        return self.node(
            "Gemm", [x, self.constant(kernel), self.constant(held["bias"] * (0 if wrong == "no-bias" else 1))], transB=1
        )


def second(which: str, weights: conversions.Weights, fault: tuple[str, str], inside: bool) -> Loaded:
    """Return the second file, read. `inside`: batch normalisation is folded into the convolutions, as exporters do."""
    height, width, channels = conversions.SHAPES[which]
    writer = Writer(weights, fault, inside)
    end, _ = writer.row(told(conversions.NETS[which], *fault), "images", (channels, height, width))
    graph = helper.make_graph(
        writer.nodes, "net", [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", channels, height, width])],
        [helper.make_tensor_value_info(end, TensorProto.FLOAT, None)], writer.arrays,
    )  # fmt: skip
    content = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]).SerializeToString()
    return reading.read(content, "b.onnx")


@pytest.mark.parametrize("inside", [False, True])
def test_first_layer_and_cause(inside):
    wrong = []
    for seed, (which, what, where, _, cause) in enumerate(FAULTS):
        one, weights = first(which, seed)
        found = compared(one, second(which, weights, (what, where), inside), runner(one.shape), 4).findings
        if not found or (found[0].layer, found[0].cause.name) != (where, cause):
            wrong.append((which, what, where, cause, found[:1]))
    assert not wrong


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("which", list(conversions.NETS))
def test_clean_pairs_are_silent(which, inside):
    one, weights = first(which, 3)
    found = compared(one, second(which, weights, ("", ""), inside), runner(one.shape), 4)
    assert not found.findings
    assert len(found.rows) > 5
