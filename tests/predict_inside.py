"""Functions that tests of looking inside and predictions run in a framework's process. Frameworks are imported inside functions."""

from __future__ import annotations

import time
from importlib import import_module

import numpy as np

from clsf.predict import evaluating, inspection, session
from clsf.predict.values import ModelRequest
from tests import inside
from tests.inside import Job


def _twin(name: str):
    return import_module(f"clsf.backends.{inside._framework}.{name}")


def activations(job: Job, inputs: np.ndarray) -> dict[str, np.ndarray]:
    return _twin("activations").ActivationReader(job.build().built).activations(inputs)


def slopes(job: Job, inputs: np.ndarray, wanted: np.ndarray) -> tuple:
    return _twin("activations").ActivationReader(job.build().built).slopes(inputs, wanted)


def scores(job: Job, inputs: np.ndarray) -> np.ndarray:
    """Return the last layer's output, read from the activations."""
    return list(activations(job, inputs).values())[-1]


def ways(job: Job, inputs: np.ndarray) -> tuple:
    """Return the result of each way, and whether the weights are unchanged."""
    backend = job.build()
    before = backend.get_weights()
    found = _twin("inference_paths").asked(backend.built, inputs)
    after = backend.get_weights()
    return found, all((before[name] == after[name]).all() for name in before)


def asked(request: ModelRequest, weights: dict, function: str, *args: object) -> object:
    """Load a model, ask it, and return the answer."""
    session.hold(request, weights)
    return _function(function)(request, *args)


def unknown(request: ModelRequest) -> list:
    return [session.predict(request, np.zeros((1, *request.shape), np.uint8)), evaluating.evaluate(request),
            inspection.inspect_image(request, np.zeros(request.shape, np.uint8), None)]  # fmt: skip


def held(requests: list[ModelRequest], weights: dict) -> list[bool]:
    """Load one model after the other; return which are still loaded."""
    for request in requests:
        session.hold(request, weights)
    return [session.models.of(request) is not None for request in requests]


def seconds(request: ModelRequest, weights: dict, pixels: np.ndarray, rounds: int = 20) -> float:
    """Return the median time of a repeated prediction."""
    session.hold(request, weights)
    session.predict(request, pixels)
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        session.predict(request, pixels)
        took.append(time.perf_counter() - started)
    return float(np.median(took))


def _function(name: str):
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)
