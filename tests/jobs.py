"""Building blocks of the framework tests: models on random images, and the distance of two results."""

from __future__ import annotations

import os

import numpy as np

from clsf.backends.initial import initial_weights
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests.inside import Job

DEVICE = os.environ.get("CLSF_TEST_DEVICE", "cpu")  # "auto": a GPU where there is one, see tests/README.md
MEAN, DEVIATION = 127.5, 50.0  # inputs between -2.55 and 2.55, both signs


def random_images(shape: tuple[int, int, int], count: int, classes: int, seed: int = 0) -> Prepared:
    """Return noise images with random labels; the last quarter is for validation."""
    rng = np.random.default_rng(seed)
    pixels, labels = rng.integers(0, 256, (count, *shape), dtype=np.uint8), rng.integers(0, classes, count)
    names, indices, cut = tuple(f"class {n}" for n in range(classes)), np.arange(count), count * 3 // 4
    return Prepared(pixels, labels, names, indices[:cut], indices[cut:], np.full(shape[2], MEAN), np.full(shape[2], DEVIATION))


def random_job(spec: ModelSpec, shape: tuple[int, int, int], *, images: int = 32, seed: int = 0, **plan: object) -> Job:
    """Return a job whose weights come from the plan's initial scheme; float64 on DEVICE unless `plan` says otherwise."""
    plan = Plan("noise", **{"dtype": "float64", "device": DEVICE, "optimizer": "sgd", "seed": seed, **plan})
    analysis = spec.analyse(shape)
    prepared = random_images(shape, images, analysis.output_shape[0], seed)
    return Job(spec, plan, prepared, initial_weights(analysis, plan.start, seed, plan.dtype))


def anything(job: Job, seed: int = 1) -> Job:
    """Return the job with every weight random, moving means, gammas and biases too; variances above 0."""
    rng = np.random.default_rng(seed)
    weights = {name: rng.normal(0, 0.5, w.shape).astype(w.dtype) for name, w in job.weights.items()}
    for name in weights:
        if name.endswith("moving_variance"):
            weights[name] = np.abs(weights[name]) + np.asarray(0.1, weights[name].dtype)
    return Job(job.spec, job.plan, job.prepared, weights)


def with_plan(job: Job, **changes: object) -> Job:
    return Job(job.spec, job.plan.but(**changes), job.prepared, job.weights)


def random_order(job: Job, steps: int, batch: int, seed: int = 2) -> np.ndarray:
    """Return indices of training images, (steps, batch)."""
    return np.random.default_rng(seed).choice(job.prepared.train, (steps, batch))


def inputs(job: Job, indices: np.ndarray | None = None) -> np.ndarray:
    """Return the images as the model receives them, float64."""
    pixels = job.prepared.pixels if indices is None else job.prepared.pixels[indices]
    return (pixels.astype(np.float64) - MEAN) / DEVIATION


def farthest(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the largest difference between two sets of weights with the same names in the same order."""
    assert list(one) == list(other)
    return max(float(np.abs(one[name] - other[name]).max()) for name in one)


def of(kind: type, events: list) -> list:
    """Return the events of a kind."""
    return [event for event in events if isinstance(event, kind)]
