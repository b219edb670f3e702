"""Looks inside a trained model: the output of every layer, and the gradient of one class's score, dropout off."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from clsf.backends.torch.build import BuiltModel


class ActivationReader:
    """Runs a built model on inputs, float (n, height, width, channels), without changing it."""

    def __init__(self, built: BuiltModel) -> None:
        self._built = built
        self._place = next(built.model.parameters()).device

    def activations(self, inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Return path -> output of the layer, images as (n, height, width, channels), in order of computation."""
        with torch.no_grad():
            return {path: _rows(value) for path, value in self._outputs(self._images(inputs), keep_slopes=False).items()}

    def slopes(self, inputs: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the gradient of each image's score for its chosen class, int (n,): with respect to its input, and to every layer.

        The score is the last layer's output for the class. Returns (gradient by the input, path -> output of the layer,
        path -> gradient by that output). A layer that the score does not depend on has gradients of 0.
        """
        images = self._images(inputs).requires_grad_()
        with torch.enable_grad():
            outputs = self._outputs(images, keep_slopes=True)
            last = list(outputs.values())[-1]
            score = last.gather(1, torch.from_numpy(np.asarray(wanted, np.int64)).to(self._place)[:, None]).sum()
            values = [images, *outputs.values()]
            slopes = torch.autograd.grad(score, values, allow_unused=True, materialize_grads=True)
        told = {path: _rows(value) for path, value in outputs.items()}
        return _rows(slopes[0]), told, {path: _rows(value) for path, value in zip(outputs, slopes[1:], strict=True)}

    def _images(self, inputs: np.ndarray) -> Tensor:
        return (
            torch.from_numpy(np.ascontiguousarray(inputs)).to(self._place).permute(0, 3, 1, 2)
        )  # (n, h, w, c) -> (n, c, h, w)

    def _outputs(self, images: Tensor, keep_slopes: bool) -> dict[str, Tensor]:
        """Return the output of every module; a gradient can be taken of each, also of one that passes on its input."""
        outputs: dict[str, Tensor] = {}

        def keep(path: str):
            def hook(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
                outputs[path] = output.view_as(output) if keep_slopes else output
                return outputs[path]

            return hook

        training = self._built.model.training
        self._built.model.eval()
        hooks = [module.register_forward_hook(keep(path)) for path, module in self._built.nodes.items()]
        try:
            self._built.model(images)
        finally:
            for hook in hooks:
                hook.remove()
            self._built.model.train(training)
        return outputs


def _rows(value: Tensor) -> np.ndarray:
    value = value.detach().cpu()
    return (value.permute(0, 2, 3, 1) if value.ndim == 4 else value).numpy().copy()  # (n, c, h, w) -> (n, h, w, c)
