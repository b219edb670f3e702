"""Initial weights and dropout masks, drawn in NumPy: the same arrays are loaded into both frameworks."""

from __future__ import annotations

import hashlib
from zlib import crc32

import numpy as np

from clsf.backends.base import Weights
from clsf.model.shapes import Weight
from clsf.model.walk import Analysis

_ONES = ("gamma", "moving_variance")
_ZEROS = ("beta", "moving_mean")


def initial_weights(analysis: Analysis, start: str, seed: int, dtype: str, bias_start: str | None = None) -> Weights:
    """Draw every weight of the model, in order of computation, from `seed`; biases by another scheme if it is given.

    glorot:  kernels uniform in ±sqrt(6 / (fan_in + fan_out)), biases 0: Keras' default (Glorot & Bengio 2010,
             https://proceedings.mlr.press/v9/glorot10a.html, equation 16)
    kaiming: kernels and biases uniform in ±1 / sqrt(fan_in): torch's default, kaiming_uniform with a = sqrt(5), see
             `reset_parameters` in torch/nn/modules/linear.py and conv.py

    Each array has its own random stream, derived from its name, so that an added layer does not change the others' weights.
    """
    return {
        name: _drawn(name, weight, bias_start or start if weight.name == "bias" else start, seed).astype(dtype)
        for name, weight in analysis.named_weights().items()
    }


def _drawn(name: str, weight: Weight, start: str, seed: int) -> np.ndarray:
    if weight.name in _ONES:
        return np.ones(weight.shape)
    if weight.name in _ZEROS or (weight.name == "bias" and start == "glorot"):
        return np.zeros(weight.shape)
    if weight.name == "alpha":
        return np.full(weight.shape, weight.start)
    limit = weight.drawn_within(start)
    return stream(seed, "weights", name).uniform(-limit, limit, weight.shape)


def weights_hash(weights: Weights) -> str:
    """Return the first 16 hex digits of the SHA-256 of all weights' names, shapes and bytes, in order."""
    digest = hashlib.sha256()
    for name, array in weights.items():
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def dropout_layers(analysis: Analysis) -> dict[str, tuple[float, tuple[int, ...]]]:
    """Return path -> (rate, shape without batch) of a mask of every layer that drops anything."""
    return {
        facts.path: (facts.layer.rate, facts.layer.mask_shape(facts.in_shape))
        for facts in analysis.layers
        if facts.layer.drops and facts.layer.rate > 0
    }


def dropout_masks(
    layers: dict[str, tuple[float, tuple[int, ...]]], seed: int, first_step: int, steps: int, batch: int
) -> dict[str, np.ndarray]:
    """Return path -> uint8 (steps, batch, *shape) of every layer with dropout: 1 keeps a value, 0 drops it.

    A mask depends only on the seed, the layer and the step, so any division of the run into chunks draws the same.
    """
    return {
        path: np.stack(
            [
                stream(seed, "dropout", path, step).random((batch, *shape), dtype=np.float32) >= rate
                for step in range(first_step, first_step + steps)
            ]
        ).view(np.uint8)
        for path, (rate, shape) in layers.items()
    }


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return a random stream of its own for `names`; Philox is counter-based and the same on every machine."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *(crc32(str(n).encode()) for n in names)])))
