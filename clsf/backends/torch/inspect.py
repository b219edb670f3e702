"""One training step that returns everything it computed: for lockstep, and for looking inside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from clsf.backends.base import Observation, Weights
from clsf.backends.torch.build import BuiltModel
from clsf.model.walk import IMAGES


class Inspector:
    """Runs the model with every layer's output kept."""

    def __init__(self, built: BuiltModel, sources: dict[str, str]) -> None:
        self._built, self._sources = built, sources
        self._outputs: dict[str, Tensor] = {}

    def forward(self, images: Tensor, masks: dict[str, Tensor]) -> Tensor:
        """Return the logits and keep the output of every layer, and its gradient once it is known."""
        self._outputs = {}

        def keep(path: str):
            def hook(module: nn.Module, inputs: tuple, output: Tensor) -> None:
                output.retain_grad()
                self._outputs[path] = output

            return hook

        self._built.hand_out(masks)
        hooks = [module.register_forward_hook(keep(path)) for path, module in self._built.nodes.items()]
        try:
            return self._built.model(images.requires_grad_())  # or layers before the first trainable one have no gradient
        finally:
            for hook in hooks:
                hook.remove()
            self._built.hand_out({})

    def told(self, images: Tensor, loss: Tensor, logits: Tensor) -> Observation:
        """Return an observation without weights: they come after the update."""
        return Observation(
            loss=float(loss),
            logits=logits.detach().cpu().numpy(),
            inputs=_rows(images),
            activations={path: _rows(value) for path, value in self._outputs.items()},
            output_gradients={path: _rows(value.grad) for path, value in self._outputs.items()},
            gradients=self._built.gradients(),
            weights={},
        )

    def activations(self, images: Tensor) -> dict[str, np.ndarray]:
        """Return path -> output of each layer in the agreed layout, dropout off."""
        arrays: dict[str, np.ndarray] = {}

        def keep(path: str):
            return lambda module, inputs, output: arrays.__setitem__(path, _rows(output))

        hooks = [module.register_forward_hook(keep(path)) for path, module in self._built.nodes.items()]
        try:
            self._built.model.eval()
            self._built.model(images)
        finally:
            for hook in hooks:
                hook.remove()
        return {path: arrays[path] for path in self._built.nodes}

    def layers_alone(self, reference: Observation, masks: dict) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return path -> output of each layer fed with the reference's input, and weight -> gradient of each by itself."""
        outputs = {}
        self._built.hand_out(masks)
        device = next(self._built.model.parameters()).device
        self._built.model.zero_grad()
        for path, source in self._sources.items():
            given = reference.inputs if source == IMAGES else reference.activations[source]
            with torch.autocast(device.type, torch.bfloat16, enabled=self._built.mixed):
                y = self._built.layers[path](_channels_first(given).to(device))
            if y.requires_grad and path in reference.output_gradients:  # a layer that only this side has learns nothing
                y.backward(_channels_first(reference.output_gradients[path]).to(device, y.dtype))
            outputs[path] = _rows(y)
        self._built.hand_out({})
        return outputs, self._built.gradients()


def applied(update: Callable[[], object], built: BuiltModel, gradients: dict[str, np.ndarray]) -> Weights:
    """Let `update` change the weights by these gradients, and return the weights."""
    built.set_gradients(gradients)
    update()
    return built.get_weights()


def _rows(value: Tensor) -> np.ndarray:
    value = value.detach().cpu()
    value = value.float() if value.dtype == torch.bfloat16 else value  # NumPy has no bfloat16
    return (value.permute(0, 2, 3, 1) if value.ndim == 4 else value).numpy().copy()  # (b, c, h, w) -> (b, h, w, c)


def _channels_first(array: np.ndarray) -> Tensor:
    value = torch.from_numpy(np.ascontiguousarray(array))
    return value.permute(0, 3, 1, 2) if value.ndim == 4 else value  # (b, h, w, c) -> (b, c, h, w)
