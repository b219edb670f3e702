"""A model of PyTorch's own modules only, made of the calls that `clsf.code` prints: for summaries and typical loops.

Twin of `clsf.backends.tensorflow.stock`. Lockstep compares models of `clsf.backends.torch.build`, where rules differ.
"""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import Tensor, nn

from clsf.backends.base import Weights
from clsf.backends.layout import WORDS, turned
from clsf.calls import Call, made
from clsf.code.model import SourceModel


class FlattenLikeKeras(nn.Module):
    """As the class of that name in `clsf.code.own_layers`."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(x.permute(0, 2, 3, 1), 1)  # (b, c, h, w) -> (b, h * w * c)


class LayerNorm2d(nn.LayerNorm):
    """As the class of that name in `clsf.code.own_layers`."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)  # the channels last, and back


class SlopePerValue(nn.Module):
    """As the class of that name in `clsf.code.own_layers`."""

    def __init__(self, shape: tuple[int, ...], init: float = 0.25) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(init)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.weight * x)


class PermuteAxes(nn.Module):
    """As the class of that name in `clsf.code.own_layers`."""

    def __init__(self, *dims: int) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)


class ReshapeLikeKeras(nn.Module):
    """As the class of that name in `clsf.code.own_layers`."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        super().__init__()
        self.shape = height, width, channels

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1) if x.ndim == 4 else x  # (b, c, h, w) -> (b, h, w, c)
        return x.reshape(-1, *self.shape).permute(0, 3, 1, 2)


OWN = (FlattenLikeKeras, LayerNorm2d, PermuteAxes, ReshapeLikeKeras, SlopePerValue)
ROOTS = {"nn": nn, "own": SimpleNamespace(**{kind.__name__: kind for kind in OWN})}


def made_of(call: Call, **more: object) -> nn.Module:
    """Return the module that a call makes."""
    name = call.name if "." in call.name else f"own.{call.name}"
    return made(call.but(name=name), ROOTS, nn.Module, **more)


class Stock:
    """A model as torch's own modules: `holding` has those with weights by path and suffix, `counts` how many numbers each path holds."""

    def __init__(self, model: SourceModel) -> None:
        self._model = model
        self.holding: dict[str, nn.Module] = {}
        self.counts: dict[str, int] = {}

    def set_weights(self, weights: Weights) -> None:
        """Load weights in the agreed layout into the modules that were made."""
        for name, array in weights.items():
            path, _, weight = name.rpartition(".")
            module = self.holding[path + self._model.facts[path].layer.HELD.get(weight, "")]
            getattr(module, WORDS.get(weight, weight)).data.copy_(torch.from_numpy(turned(weight, array)))

    def model(self) -> nn.Sequential:
        """Make the modules. Rows of a branching layer stand side by side, and are not joined: it is to be printed."""
        return self._row(self._model.layers, "")

    def _row(self, row: tuple, prefix: str) -> nn.Sequential:
        modules = []
        for position, layer in enumerate(row, start=1):
            path = f"{prefix}{position}"
            if layer.rows():
                rows = {name: self._row(inner, f"{path}.{name}.") for name, inner in layer.rows()}
                modules.append(nn.ModuleDict(rows))
                continue
            steps = self._model.torch(path, layer)
            own = [made_of(step.call) for step in steps]
            self.holding |= {f"{path}{s.suffix}": module for s, module in zip(steps, own, strict=True) if module.state_dict()}
            self.counts[path] = sum(p.numel() for m in own for p in m.parameters()) + sum(map(kept, own))
            modules += own
        return nn.Sequential(*modules)


def kept(module: nn.Module) -> int:
    """Return how many running statistics a module itself keeps; its counter of batches is none."""
    return sum(b.numel() for name, b in module.named_buffers(recurse=False) if name.startswith("running_"))
