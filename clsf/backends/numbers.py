"""Code that both backends share and that needs no framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import numpy as np

from clsf.backends.initial import initial_weights
from clsf.data.images import Prepared
from clsf.model.presets import PRESETS
from clsf.model.walk import Analysis
from clsf.plan import Plan

EVALUATION_BATCH = 256  # images; large enough to be fast, small enough for the memory of a small host


DIVERGED = 1e6
"""A loss above this has diverged, though it may still be a number: guessing costs ln(classes), 7 nats for 1,000 classes."""


def diverged(losses: np.ndarray | float) -> np.ndarray | bool:
    """Return for each loss whether it has diverged; nan has. A run takes no step after such a loss, in either framework."""
    return np.logical_not(np.less(losses, DIVERGED))


EVALUATION_NUMBERS = 1 << 26
"""Of the largest output of a layer, for all images that are evaluated together: 256 MB in float32."""


def parts(array: np.ndarray, most: int = EVALUATION_BATCH) -> Iterator[np.ndarray]:
    """Cut an array into pieces of at most the given number along its first axis."""
    for start in range(0, len(array), most):
        yield array[start : start + most]


def evaluation_batch(analysis: Analysis) -> int:
    """Return how many images to evaluate together: fewer where a layer's output is large."""
    widest = max((prod(facts.out_shape) for facts in analysis.layers), default=1)
    return max(1, min(EVALUATION_BATCH, EVALUATION_NUMBERS // widest))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, float64 (n, classes); the largest logit is subtracted first, so nothing overflows."""
    e = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def two_columns(outputs: np.ndarray, probabilities: bool) -> np.ndarray:
    """Return (n, 2) outputs for a single output: logits 0 and z, because softmax of these is sigmoid of z; or 1 - p and p."""
    return np.concatenate([1 - outputs if probabilities else np.zeros_like(outputs), outputs], axis=1)


def probabilities(said: np.ndarray, plan: Plan) -> np.ndarray:
    """Return probabilities, float64 (n, classes), from a backend's outputs `logits`."""
    return said.astype(np.float64) if plan.probabilities else softmax(said)


def train_once(build: Callable) -> None:
    """Build a throw-away model and train it for two steps on noise, so that a framework's lazy initialisation is done."""
    noise = np.random.default_rng(0)
    pixels = noise.integers(0, 256, (16, 8, 8, 1), dtype=np.uint8)
    labels, indices = np.arange(16) % 2, np.arange(16)
    prepared = Prepared(pixels, labels, ("a", "b"), indices[:8], indices[8:], np.zeros(1), np.full(1, 255.0))
    spec, plan = PRESETS["tiny"].spec(2), Plan("noise", device="auto")
    backend = build(spec, plan, prepared, initial_weights(spec.analyse((8, 8, 1)), "glorot", 0, "float32"))
    backend.train_steps(indices[:8].reshape(2, 4), 0)
    backend.evaluate(indices[8:])


def class_weights(prepared: Prepared, plan: Plan) -> np.ndarray | None:
    """Return the weight of each class over the training images, float64 (classes,); None for a plan without.

    images / (classes * images of the class): 1 on average. A class without an image has 1. Source: scikit-learn, "balanced".
    """
    if not plan.balanced:
        return None
    counts = np.bincount(prepared.labels[prepared.train], minlength=len(prepared.classes))
    return np.where(counts > 0, len(prepared.train) / (len(counts) * np.maximum(counts, 1)), 1.0)
