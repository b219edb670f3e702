"""What the framework itself prints of a model, and what it counts.

Twin of `clsf.backends.tensorflow.summary`. A job for a worker: plain values in and out. The model is made of torch's own
modules, as one would write it, on the device "meta", where numbers take no memory; nothing is computed with it.
"""

from __future__ import annotations

import torch
from torch import nn

from clsf.backends.torch.layers import same_pads
from clsf.model import branches, layers
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.model.walk import LayerFacts

ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(layers.LEAKY_SLOPE), "sigmoid": nn.Sigmoid, "tanh": nn.Tanh,
    "gelu": nn.GELU, "softmax": lambda: nn.Softmax(dim=1), "linear": nn.Identity,
}  # fmt: skip


def summary(spec: str, shape: Shape) -> dict:
    """Return {"text", "trainable", "non_trainable", "layers"}: `print(model)`, and the counts as the framework has them.

    `spec` is a model's JSON, `shape` (height, width, channels). "layers": path -> parameters of every layer that has some,
    running statistics included. Raises SpecError if the layers do not fit.
    """
    read = ModelSpec.from_text(spec)
    writing = _Writing({facts.path: facts for facts in read.analyse(tuple(shape)).layers})
    with torch.device("meta"):
        model = writing.row(read.layers, "")
    return {
        "text": str(model),
        "trainable": sum(p.numel() for p in model.parameters()),
        "non_trainable": sum(map(_kept, model.modules())),
        "layers": {path: count for path, count in writing.counts.items() if count},
    }


class _Writing:
    """Layers into torch's own modules; `counts` says how many numbers each path holds."""

    def __init__(self, facts: dict[str, LayerFacts]) -> None:
        self.facts = facts
        self.counts: dict[str, int] = {}

    def row(self, row: tuple, prefix: str) -> nn.Sequential:
        modules = []
        for position, layer in enumerate(row, start=1):
            path = f"{prefix}{position}"
            if isinstance(layer, branches.Residual | branches.Parallel):
                rows = {name: self.row(inner, f"{path}.{name}.") for name, inner in layer.rows()}
                modules.append(nn.ModuleDict(rows))
                continue
            made = self.plain(layer, self.facts[path].in_shape)
            self.counts[path] = sum(p.numel() for m in made for p in m.parameters()) + sum(map(_kept, made))
            modules += made
        return nn.Sequential(*modules)

    def plain(self, layer: object, shape: Shape) -> list[nn.Module]:
        match layer:
            case layers.Conv2D() | layers.DepthwiseConv2D():
                depthwise = isinstance(layer, layers.DepthwiseConv2D)
                out = shape[2] * layer.depth_multiplier if depthwise else layer.filters
                before, padding = _padding(layer, shape)
                conv = nn.Conv2d(
                    shape[2], out, layer.kernel_size, layer.strides, padding, layer.dilation_rate,
                    groups=shape[2] if depthwise else 1, bias=layer.use_bias,
                )  # fmt: skip
                return [*before, conv, *_activation(layer.activation)]
            case layers.MaxPool2D() | layers.AveragePool2D():
                return _pool(layer, shape)
            case layers.GlobalAveragePool2D():
                return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
            case layers.Dense():
                return [nn.Linear(shape[0], layer.units, bias=layer.use_bias), *_activation(layer.activation)]
            case layers.Flatten():
                return [nn.Flatten()]
            case layers.Dropout():
                return [nn.Dropout(layer.rate)]
            case layers.BatchNorm():
                kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
                return [kind(shape[-1], eps=layer.epsilon, momentum=round(1 - layer.momentum, 10))]
            case layers.Activation():
                return [ACTIVATIONS[layer.name]()]
        raise TypeError(f"no torch module stands for {type(layer).__name__}")


def _padding(layer: layers.Conv2D | layers.DepthwiseConv2D, shape: Shape) -> tuple[list[nn.Module], str | int]:
    """Return what pads before a convolution, and its own padding: torch refuses "same" with strides."""
    if layer.padding == "valid":
        return [], 0
    if layer.strides == 1:
        return [], "same"
    pads = same_pads(shape, layer.reach, layer.strides)
    return ([nn.ZeroPad2d(pads)] if any(pads) else []), 0


def _pool(layer: layers.MaxPool2D | layers.AveragePool2D, shape: Shape) -> list[nn.Module]:
    """Padding of pooling never wins a maximum and is left out of a mean; an odd row goes to the end, as ceil_mode does it."""
    size, strides, largest = layer.pool_size, layer.strides or layer.pool_size, isinstance(layer, layers.MaxPool2D)
    pads = same_pads(shape, size, strides) if layer.padding == "same" else (0, 0, 0, 0)
    even = len(set(pads)) == 1
    more = {"padding": pads[0]} if even else {"ceil_mode": True}
    return [nn.MaxPool2d(size, strides, **more) if largest else nn.AvgPool2d(size, strides, count_include_pad=False, **more)]


def _activation(name: str) -> list[nn.Module]:
    return [] if name == "linear" else [ACTIVATIONS[name]()]


def _kept(module: nn.Module) -> int:
    """Return how many running statistics a module itself keeps; its counter of batches is none."""
    return sum(b.numel() for name, b in module.named_buffers(recurse=False) if name.startswith("running_"))
