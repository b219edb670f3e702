"""What the framework itself prints of a model, and what it counts.

Twin of `clsf.backends.tensorflow.summary`. A job for a worker: plain values in and out. The model is made of the very
modules that `clsf.code` writes into its source, so that what is printed, what is exported as code and what is loaded from an
exported file are one. It stands on the device "meta", where numbers take no memory; nothing is computed with it.
"""

from __future__ import annotations

import ast

import torch
from torch import Tensor, nn

from clsf.code.model import Model
from clsf.code.torch_layers import Module
from clsf.model import branches
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec


def summary(spec: str, shape: Shape) -> dict:
    """Return {"text", "trainable", "non_trainable", "layers"}: `print(model)`, and the counts as the framework has them.

    `spec` is a model's JSON, `shape` (height, width, channels). "layers": path -> parameters of every layer that has some,
    running statistics included. Raises SpecError if the layers do not fit.
    """
    writing = Stock(Model(ModelSpec.from_text(spec), tuple(shape), None))
    with torch.device("meta"):
        model = writing.model()
    return {
        "text": str(model),
        "trainable": sum(p.numel() for p in model.parameters()),
        "non_trainable": sum(map(_kept, model.modules())),
        "layers": {path: count for path, count in writing.counts.items() if count},
    }


class Stock:
    """A model as torch's own modules; `counts` says, once it is made, how many numbers each path holds."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.counts: dict[str, int] = {}

    def model(self) -> nn.Sequential:
        """Make the modules. Rows of a branching layer stand side by side, and are not joined: it is to be printed."""
        return self._row(self._model.layers, "")

    def _row(self, row: tuple, prefix: str) -> nn.Sequential:
        modules = []
        for position, layer in enumerate(row, start=1):
            path = f"{prefix}{position}"
            if isinstance(layer, branches.Residual | branches.Parallel):
                rows = {name: self._row(inner, f"{path}.{name}.") for name, inner in layer.rows()}
                modules.append(nn.ModuleDict(rows))
                continue
            made = [made_of(step) for step in self._model.torch(path, layer)]
            self.counts[path] = sum(p.numel() for m in made for p in m.parameters()) + sum(map(_kept, made))
            modules += made
        return nn.Sequential(*modules)


def made_of(step: Module) -> nn.Module:
    """Return the module that one step of `clsf.code.torch_layers` writes: `nn.Conv2d` with its arguments."""
    name = step.head.removeprefix("nn.")
    kind = FlattenLikeKeras if name == "FlattenLikeKeras" else getattr(nn, name)
    arguments = [argument.partition("=") for argument in step.arguments]
    plain = [_value(name) for name, equals, _ in arguments if not equals]
    return kind(*plain, **{name: _value(value) for name, equals, value in arguments if equals})


def _value(source: str) -> object:
    """Return the value of an argument: a literal, or minus infinity."""
    return -torch.inf if source == 'float("-inf")' else ast.literal_eval(source)


class FlattenLikeKeras(nn.Module):
    """As the class of that name in `clsf.code.torch_styles`."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(x.permute(0, 2, 3, 1), 1)  # (b, c, h, w) -> (b, h * w * c)


def _kept(module: nn.Module) -> int:
    """Return how many running statistics a module itself keeps; its counter of batches is none."""
    return sum(b.numel() for name, b in module.named_buffers(recurse=False) if name.startswith("running_"))
