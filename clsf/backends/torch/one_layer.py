"""A few layers on one picture, for display: every output, the effect of training, and the framework's own messages.

Twin of `clsf.backends.tensorflow.one_layer`. Jobs for a worker: plain values and NumPy arrays in and out, in the agreed layout.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from clsf.backends.base import Weights
from clsf.backends.torch.build import BuiltModel
from clsf.backends.torch.stock import made_of
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

REMEMBERED = 16  # models; building one takes longer than running it


@torch.no_grad()
def run(spec: str, images: np.ndarray, weights: Weights, masks: Weights | None = None) -> list[np.ndarray]:
    """Return the output of each of the model's top-level layers, one array (n, …) per layer, as after training.

    `spec` is a model's JSON, `images` float32 (n, h, w, c). With `masks` (path -> uint8 (n, …), 1 keeps) dropout layers drop.
    """
    built = _built(spec, images.shape[1:])
    built.set_weights(weights)
    handed = {path: torch.from_numpy(mask) for path, mask in (masks or {}).items()}
    built.hand_out(handed)
    outputs, x = [], _inside(images)
    for layer in built.model.eval():
        if handed and hasattr(layer, "mask"):
            layer.train()
        x = layer(x)
        outputs.append(x)
    built.hand_out({})
    return [_outside(value) for value in outputs]


@torch.no_grad()
def normalise(spec: str, inputs: np.ndarray, weights: Weights, times: int) -> dict[str, np.ndarray]:
    """Show `inputs` (n, …) to a model of one batch normalisation `times` times in training, then once outside of it.

    Returns "training" and "inference", the outputs (n, …), and "means" and "variances", the running statistics before
    and after each time (times + 1, channels).
    """
    built = _built(spec, inputs.shape[1:])
    built.set_weights(weights)
    layer, x = built.layers["1"], _inside(inputs)
    kept = [built.get_weights()]
    for _ in range(times):
        training = layer.train()(x)
        kept.append(built.get_weights())
    inference = layer.eval()(x)
    return {
        "training": _outside(training),
        "inference": _outside(inference),
        "means": np.stack([w["1.moving_mean"] for w in kept]),
        "variances": np.stack([w["1.moving_variance"] for w in kept]),
    }


def held(spec: str, shape: Shape, weights: Weights) -> dict[str, np.ndarray]:
    """Return the weights as the framework itself holds them, in its own layout: convolution kernels OIHW, dense (out, in)."""
    built = _built(spec, tuple(shape))
    built.set_weights(weights)
    return {name: built._tensor(name).detach().numpy().copy() for name in weights}


def flattened(image: np.ndarray) -> np.ndarray:
    """Return an image (h, w, c) in the order in which this framework's own flattening lays it out, from its own layout NCHW."""
    return _inside(image[None]).flatten(1).numpy()[0]


def own_words(spec: str, shape: Shape) -> tuple[str, str, bool]:
    """Return the framework's own layer as code, its output for an image of `shape` or its message, and whether it refused."""
    layer, channels = ModelSpec.from_text(spec).layers[0], shape[2]
    call = layer.said(layer.TORCH[0], **layer.translated(channels))
    code = str(call)
    try:
        with torch.no_grad():
            out = made_of(call)(torch.zeros((1, channels, *shape[:2])))
    except Exception as error:  # whatever the message is, it is shown
        return code, _first_lines(error), True
    return code, str(tuple(out.shape)), False


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines)}"[:400]


@lru_cache(maxsize=REMEMBERED)
def _built(spec: str, shape: Shape) -> BuiltModel:
    return BuiltModel(ModelSpec.from_text(spec), shape, Plan("picture"), native_dropout=False)


def _inside(array: np.ndarray) -> Tensor:
    """(n, h, w, c) -> (n, c, h, w); a flat (n, features) stays."""
    tensor = torch.from_numpy(np.array(array))
    return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


def _outside(tensor: Tensor) -> np.ndarray:
    """(n, c, h, w) -> (n, h, w, c); a flat (n, features) stays."""
    tensor = tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor
    return tensor.contiguous().numpy()
