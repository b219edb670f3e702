"""Digits with their pixels in another order: how well a dense network and a convolution learn them. Really trained, in a worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clsf import backends, checks, losses, training
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.errors import CourseError
from clsf.events import EpochEnded
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.optimizers import POPULAR
from clsf.plan import Plan
from clsf.words import say

DATA = "digits"
JOB = "clsf.course.neighbours:learn"  # a job for a worker
ORDER_SEED = 7  # of the order that the pixels are put into

DENSE, CONVOLUTION = "dense", "convolution"
NETWORKS: dict[str, ModelSpec] = {
    DENSE: ModelSpec(DENSE, (made("Flat"), made("Linear", 32, "relu"), made("Linear", 10))),
    CONVOLUTION: ModelSpec(
        CONVOLUTION,
        (
            made("Convolution", 16, 3, padding="same", activation="relu"), made("Convolution", 32, 3, padding="same", activation="relu"),
            made("MaxPool", 2), made("Convolution", 32, 3, padding="same", activation="relu"), made("GlobalAverage"), made("Linear", 10),
        ),
    ),
}  # fmt: skip
"""The convolution ends in one mean per channel, so its last layer can't tell places apart: all that it knows comes from windows."""

PLAN = Plan(DATA, epochs=8, batch_size=32, optimizer=POPULAR, learning_rate=0.003)


@dataclass(frozen=True, slots=True)
class Learned:
    """The result of one training. `accuracies`: share of the validation images answered rightly, after each epoch."""

    network: str  # a name in NETWORKS
    shuffled: bool
    accuracies: tuple[float, ...]
    parameters: int


def order(pixels: int) -> np.ndarray:
    """Return the order that all images' pixels are put into: int64, (pixels,), the same for every image and user."""
    return np.random.default_rng(ORDER_SEED).permutation(pixels)


def shuffled(prepared: Prepared) -> Prepared:
    """Return the same images with their pixels in another order, each image's in the same one."""
    n, height, width, channels = prepared.pixels.shape
    rows = np.ascontiguousarray(prepared.pixels).reshape(n, height * width, channels)
    return replace(prepared, pixels=rows[:, order(height * width)].reshape(prepared.pixels.shape))


def learn(framework: str, network: str, shuffle: bool, seed: int = 0) -> Learned:
    """Train a network on the digits, or on the shuffled digits, with the product's own loop. A job for a worker.

    Equal seeds give equal first weights and batches in both frameworks. Raises CourseError for a network that isn't known.
    """
    checks.known(CourseError, say("network"), network, NETWORKS)
    spec, plan = NETWORKS[network], PLAN.but(seed=seed)
    prepared = prepare(open_dataset(DATA), plan)
    if shuffle:
        prepared = shuffled(prepared)
    analysis = losses.check(spec, plan, prepared.shape, len(prepared.classes))
    backend = backends.load(framework).build(spec, plan, prepared, training.start_weights(analysis, plan))
    events = training.train(backend, framework, prepared, plan, Control())
    accuracies = tuple(event.validation_accuracy for event in events if isinstance(event, EpochEnded))
    return Learned(network, bool(shuffle), accuracies, analysis.parameters)
