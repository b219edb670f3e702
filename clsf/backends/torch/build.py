"""Converts a ModelSpec to a torch module, and weights between torch's layout and the agreed one."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from clsf.backends.base import Weights
from clsf.backends.layout import agreed, turned
from clsf.backends.torch import layers as own
from clsf.backends.torch.stock import made_of
from clsf.calls import Call
from clsf.model import layers
from clsf.model.freezing import backbone_weights, frozen, frozen_weights, own_row, place
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan


class BuiltModel:
    """A torch module and its layers by path ("3.body.1")."""

    def __init__(self, spec: ModelSpec, shape: Shape, plan: Plan, native_dropout: bool) -> None:
        self.layers: dict[str, nn.Module] = {}
        self.nodes: dict[str, nn.Module] = {}  # the module at every path, branching layers included
        self._dtype, self._plan, self._native_dropout = getattr(torch, plan.dtype), plan, native_dropout
        analysis = spec.analyse(shape)
        self._shapes = {facts.path: facts.in_shape for facts in analysis.layers}
        self.model = self._row(spec.layers, "")
        if plan.mixed:
            self.model = own.Mixed(self.model)
        self.mixed = plan.mixed
        self.model.to(memory_format=torch.channels_last)  # images arrive as NHWC in memory; kernels follow
        self._weights = analysis.named_weights()
        self._freeze(analysis, plan)

    def _freeze(self, analysis: Analysis, plan: Plan) -> None:
        """Freeze the tensors of frozen layers, and the statistics of batch normalisation where the plan says so."""
        self.frozen = frozen_weights(analysis, plan.freezes)
        for name in self.frozen:
            self._tensor(name).requires_grad_(False)
        apart = plan.backbone_rate is not None or plan.does("head-not-in-optimizer")
        self._backbone = backbone_weights(analysis) if apart else set()
        first_trained = frozen(own_row(analysis), plan.freezes)
        for path, layer in self.layers.items():
            if isinstance(layer, own.AlignedNorm):
                layer.still = plan.freeze_norms or (place(path) < first_trained and not plan.does("frozen-bn-moves"))

    def first_layers(self, count: int) -> nn.Module:
        """Return the model's first top-level layers."""
        return self._row_of_model()[:count]

    def last_layers(self, skipped: int) -> nn.Module:
        """Return the model without its first top-level layers."""
        rest = self._row_of_model()[skipped:]
        return own.Mixed(rest) if self.mixed else rest

    def _row_of_model(self) -> nn.Sequential:
        return self.model.model if self.mixed else self.model

    def hand_out(self, masks: dict) -> None:
        """Give every dropout layer its mask by path; a layer without one draws its own."""
        for path, layer in self.layers.items():
            if isinstance(layer, own.MaskedDropout):
                layer.mask = masks.get(path)

    def kernels(self) -> list[Tensor]:
        """Return the kernels, which L2 regularisation applies to."""
        return [self._tensor(name) for name in self._weights if name.endswith("kernel") and name not in self.frozen]

    def get_weights(self) -> Weights:
        with torch.no_grad():
            return {name: self._agreed(name, self._tensor(name)) for name in self._weights}

    def set_weights(self, weights: Weights) -> None:
        with torch.no_grad():
            for name, array in weights.items():
                self._tensor(name).copy_(_turned(name, array))

    def gradients(self) -> dict[str, np.ndarray]:
        """Return name -> gradient in the agreed layout, of the last backward pass."""
        trainable = {
            name: self._tensor(name) for name, weight in self._weights.items() if weight.trainable and name not in self.frozen
        }
        return {name: self._agreed(name, tensor.grad) for name, tensor in trainable.items()}

    def set_gradients(self, gradients: dict[str, np.ndarray]) -> None:
        """Store gradients in the agreed layout where an optimizer reads them."""
        for name, array in gradients.items():
            tensor = self._tensor(name)
            tensor.grad = _turned(name, array).to(tensor.device)

    def parameters(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Return the parameters that train: those before the head, and those of the head."""
        before = {id(self._tensor(name)) for name in self._backbone}
        trained = [p for p in self.model.parameters() if p.requires_grad]
        return [p for p in trained if id(p) in before], [p for p in trained if id(p) not in before]

    def _agreed(self, name: str, tensor: Tensor) -> np.ndarray:
        """Turn a tensor in torch's layout into the agreed one."""
        weight = self._weights[name]
        return agreed(weight.name, tensor.detach().cpu().numpy(), weight.shape)

    def _tensor(self, name: str) -> Tensor:
        path, weight = name.rsplit(".", 1)
        layer = self.layers[path]
        if hasattr(layer, weight):
            return getattr(layer, weight)
        if isinstance(layer, own.Separable):
            layer = layer.depthwise if weight == "depthwise_kernel" else layer.pointwise
        inner = layer.conv if isinstance(layer, own.Convolution) else layer.linear
        return inner.bias if weight == "bias" else inner.weight

    def _row(self, row: tuple, prefix: str) -> nn.Sequential:
        return nn.Sequential(*(self._apply(layer, f"{prefix}{position}") for position, layer in enumerate(row, start=1)))

    def _apply(self, layer: object, path: str) -> nn.Module:
        built = self._built(layer, path)
        self.nodes[path] = built  # after what it holds: the order of computation
        return built

    def _built(self, layer: object, path: str) -> nn.Module:
        if layer.rows():
            rows = [self._row(row, f"{path}.{name}.") for name, row in layer.rows()]
            return own.Merge(rows, layer.SIGN) if layer.MERGE else rows[0]
        self.layers[path] = self._plain(layer, self._shapes[path])
        return self.layers[path]

    def _conv(self, call: Call) -> nn.Conv2d:
        return made_of(call.but(kwargs={n: v for n, v in call.kwargs.items() if n != "padding"}), dtype=self._dtype)

    def _plain(self, layer: object, shape: Shape) -> nn.Module:
        match layer:
            case layers.Convolution():
                convs = [self._conv(step.call) for step in layer.torch(shape) if step.weights]
                if len(convs) == 1:
                    return own.Convolution(convs[0], layer.pads(shape), layer.activation)
                return own.Separable(
                    own.Convolution(convs[0], layer.pads(shape), "linear"),
                    own.Convolution(convs[1], (0,) * 4, layer.activation),
                )
            case layers.Pool():
                return own.Pool(layer.FUNCTION, layer.sides, layer.moves, layer.pads(shape))
            case layers.GlobalPool():
                return own.GlobalPool(layer.FUNCTION)
            case layers.Layer(role="Linear"):
                linear = nn.Linear(shape[0], layer.units, bias=layer.use_bias, dtype=self._dtype)
                return own.Linear(linear, layer.activation)
            case layers.Layer(role="Flat"):
                return made_of(layer.torch(shape)[0].call) if self._plan.does("flatten-order") else own.KerasOrder()
            case layers.Dropping():
                if self._native_dropout and not self._plan.does("dropout-at-evaluation"):
                    return made_of(layer.torch(shape)[0].call)
                return own.MaskedDropout(layer.rate, self._plan.does("dropout-at-evaluation"), layer.FUNCTION)
            case layers.Layer(role="Batchwise"):
                unbiased = self._plan.does("bn-variance")
                return own.AlignedNorm(shape[-1], layer.momentum, layer.epsilon, self._dtype, unbiased)
            case layers.OneImageNorm():
                groups = getattr(layer, "groups", int(layer.whole))
                return own.OneImageNorm(groups, self._inside(layer, shape), layer.epsilon, self._dtype)
            case layers.Layer(role="Slopes"):
                return own.Slopes(self._inside(layer, shape), self._dtype)
            case layers.Layer(role="Function"):
                return own.Function(layer.name)
        (step,) = layer.torch(shape)  # what is left has one rule in both frameworks
        return made_of(step.call)

    def _inside(self, layer: object, shape: Shape) -> tuple[int, ...]:
        """Return the shape of a layer's weights as torch has it."""
        first = layer.weights(shape)[0]
        return turned(first.name, np.empty(first.shape)).shape


def _turned(name: str, array: np.ndarray) -> Tensor:
    """Turn an array in the agreed layout into torch's."""
    return torch.from_numpy(turned(name.rpartition(".")[2], array))
