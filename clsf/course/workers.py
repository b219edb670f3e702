"""Several workers that train one model in lockstep, simulated: each computes gradients on its part of every batch, the
gradients are averaged, and each copy takes the same step. For comparison, one device takes the whole batch.

The framework computes losses and gradients in float64 (`clsf.backends.<framework>.data_parallel`); averaging and the step of
plain SGD are written out here, as a ring of machines does them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

import numpy as np

from clsf import FRAMEWORKS, checks
from clsf.data.digits import load_digits
from clsf.errors import CourseError
from clsf.words import say

JOB = "clsf.course.workers:lockstep"  # jobs for a worker process
RATES_JOB = "clsf.course.workers:rates"

Statistics = Literal["none", "own", "shared"]
STATISTICS: tuple[Statistics, ...] = ("none", "own", "shared")
Parts = Literal["equal", "unequal", "weighted"]
PARTS: tuple[Parts, ...] = ("equal", "unequal", "weighted")

WORKERS = (2, 3, 4)
STEPS = 20
HIDDEN = 16  # units
SHARE = 12  # images per worker and step
RATE = 0.1  # learning rate of one device
WEIGHTS = ("kernel_1", "bias_1", "scale", "shift", "kernel_2", "bias_2")

Weights = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of a simulation. Raises CourseError for values that aren't offered."""

    workers: int = 2
    parts: Parts = "equal"  # of a batch; "weighted": unequal ones, averaged by their sizes
    statistics: Statistics = "none"  # of batch normalisation: it isn't there, each worker's own, or those of all workers

    def __post_init__(self) -> None:
        checks.one_of(CourseError, say("number of workers"), self.workers, WORKERS)
        checks.known(CourseError, say("parts of a batch"), self.parts, PARTS)
        checks.known(CourseError, say("statistics"), self.statistics, STATISTICS)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return how many images each worker takes in a step; unequal ones have the same sum."""
        if self.parts == "equal":
            return (SHARE,) * self.workers
        last = SHARE // 3
        return (*(SHARE,) * (self.workers - 2), 2 * SHARE - last, last)


@dataclass(frozen=True, slots=True)
class WorkerLockstep:
    """The result. Losses in nats, one for each step; differences are the largest of any weight after each step."""

    losses: tuple[float, ...]  # of the workers, averaged as their gradients are
    one_device: tuple[float, ...]
    apart: tuple[float, ...]  # between the workers' weights and one device's
    copies_apart: tuple[float, ...]  # between the workers' copies
    means: tuple[float, ...]  # of the first unit over each worker's first part
    variances: tuple[float, ...]
    mean: float  # of the first unit over the whole first batch
    variance: float


def lockstep(framework: str, setup: Setup, steps: int = STEPS) -> WorkerLockstep:
    """Train some steps with several workers and with one device, from the same weights on the same batches."""
    compute, (images, labels) = _gradients(framework), _images()
    copies, alone = [_start() for _ in range(setup.workers)], _start()
    sizes, total = setup.sizes, sum(setup.sizes)
    shares = [size / total for size in sizes] if setup.parts == "weighted" else [1 / setup.workers] * setup.workers
    losses, big, apart, copies_apart = [], [], [], []
    for step in range(steps):
        x, y = _batch(images, labels, step, total)
        ends = np.cumsum(sizes)[:-1]
        told, computed = compute(copies, np.split(x, ends), np.split(y, ends), setup.statistics)
        mean = {name: sum(share * one[name] for share, one in zip(shares, computed, strict=True)) for name in WEIGHTS}
        copies = [_stepped(copy, mean, RATE) for copy in copies]
        (loss,), (gradient,) = compute([alone], [x], [y], "none" if setup.statistics == "none" else "own")
        alone = _stepped(alone, gradient, RATE)
        losses.append(sum(share * one for share, one in zip(shares, told, strict=True)))
        big.append(loss)
        apart.append(max(_difference(copy, alone) for copy in copies))
        copies_apart.append(max(_difference(copy, copies[0]) for copy in copies))
    x, _ = _batch(images, labels, 0, total)
    unit = x @ _start()["kernel_1"][:, 0]
    pieces = np.split(unit, np.cumsum(sizes)[:-1])
    return WorkerLockstep(
        tuple(losses), tuple(big), tuple(apart), tuple(copies_apart), tuple(float(p.mean()) for p in pieces),
        tuple(float(p.var()) for p in pieces), float(unit.mean()), float(unit.var()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RateCurve:
    """The loss over 600 images, in nats, after each number of images seen. `workers` devices; `rate`: the learning rate."""

    workers: int
    rate: float
    images: tuple[int, ...]
    losses: tuple[float, ...]


def rates(framework: str, workers: int, images_seen: int = 1_440) -> tuple[RateCurve, ...]:
    """Return one device's curve, then several devices with its learning rate, then several with a rate scaled with the batch size.

    Equal parts average to the whole batch (`lockstep` shows it), so several devices are computed as one with a larger batch.
    """
    checks.one_of(CourseError, say("number of workers"), workers, WORKERS)
    compute, (images, labels) = _gradients(framework), _images()
    watched = images[-600:], labels[-600:]
    curves = []
    for count, rate in ((1, RATE), (workers, RATE), (workers, RATE * workers)):
        weights, batch = _start(), SHARE * count
        steps = images_seen // batch
        every = max(steps // 12, 1)
        seen, losses = [], []
        for step in range(steps + 1):
            if step % every == 0 or step == steps:
                (loss,), _ = compute([weights], [watched[0]], [watched[1]], "none")
                seen.append(step * batch)
                losses.append(loss)
            x, y = _batch(images, labels, step, batch)
            _, (gradient,) = compute([weights], [x], [y], "none")
            weights = _stepped(weights, gradient, rate)
        curves.append(RateCurve(count, rate, tuple(seen), tuple(losses)))
    return tuple(curves)


def _gradients(framework: str):
    checks.known(CourseError, say("framework"), framework, FRAMEWORKS)
    return import_module(f"clsf.backends.{framework}.data_parallel").gradients


def _images() -> tuple[np.ndarray, np.ndarray]:
    """Return the training digits as float64 (n, 64) from 0 to 1, in an order drawn once, and their labels."""
    train, _ = load_digits()
    order = np.random.default_rng(0).permutation(len(train))
    return train.pixels.reshape(len(train), -1)[order] / 255.0, train.labels[order]


def _start() -> Weights:
    """Return the weights that all copies begin with: kernels drawn uniformly in Glorot's limits, biases 0."""
    rng = np.random.default_rng(1)

    def kernel(rows: int, columns: int) -> np.ndarray:
        limit = (6 / (rows + columns)) ** 0.5
        return rng.uniform(-limit, limit, (rows, columns))

    return {
        "kernel_1": kernel(64, HIDDEN), "bias_1": np.zeros(HIDDEN), "scale": np.ones(HIDDEN), "shift": np.zeros(HIDDEN),
        "kernel_2": kernel(HIDDEN, 10), "bias_2": np.zeros(10),
    }  # fmt: skip


def _batch(images: np.ndarray, labels: np.ndarray, step: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.arange(step * size, (step + 1) * size) % len(images)
    return images[rows], labels[rows]


def _stepped(weights: Mapping[str, np.ndarray], gradient: Mapping[str, np.ndarray], rate: float) -> Weights:
    return {name: weights[name] - rate * gradient[name] for name in WEIGHTS}


def _difference(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> float:
    return float(max(np.abs(one[name] - other[name]).max() for name in WEIGHTS))
