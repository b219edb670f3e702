"""Inside a worker: the output of every layer of a network for some images, in float64 and in inference mode."""

from __future__ import annotations

import numpy as np

from clsf import backends
from clsf.backends.base import Weights
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

PLAN = Plan("any", dtype="float64", device="cpu")


def outputs(framework: str, model: dict, weights: Weights, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Return path -> the output of each layer, float64, for pixels, uint8 (n, height, width, channels), scaled to 0 to 1."""
    spec = ModelSpec.from_json(model)
    names = spec.analyse(pixels.shape[1:]).named_weights()
    empty, channels = np.zeros(0, np.int64), pixels.shape[3]
    images = Prepared(
        np.zeros((1, *pixels.shape[1:]), np.uint8),
        np.zeros(1, np.int64),
        ("0",),
        empty,
        empty,
        np.zeros(channels),
        np.full(channels, 255.0),
    )
    arrays = {name: np.ascontiguousarray(weights[name], np.float64) for name in names}
    backend = backends.load(framework).build(spec, PLAN, images, arrays)
    return {path: np.asarray(array, np.float64) for path, array in backend.activations(pixels).items()}
