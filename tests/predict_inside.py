"""What tests of looking inside and of predictions do in a framework's process. Imports of a framework are inside functions."""

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
    """Return what the last layer says, by way of the activations."""
    return list(activations(job, inputs).values())[-1]


def ways(job: Job, inputs: np.ndarray) -> tuple:
    """Return what each way said, and whether the weights are what they were."""
    backend = job.build()
    before = backend.get_weights()
    found = _twin("inference_paths").asked(backend.built, inputs)
    after = backend.get_weights()
    return found, all((before[name] == after[name]).all() for name in before)


def asked(request: ModelRequest, weights: dict, function: str, *args: object) -> object:
    """Hold a model, ask it, and give the answer."""
    session.hold(request, weights)
    return _function(function)(request, *args)


def unknown(request: ModelRequest) -> list:
    return [session.predict(request, np.zeros((1, *request.shape), np.uint8)), evaluating.evaluate(request),
            inspection.inspect_image(request, np.zeros(request.shape, np.uint8), None)]  # fmt: skip


def held(requests: list[ModelRequest], weights: dict) -> list[bool]:
    """Hold one model after the other; return which are still there."""
    for request in requests:
        session.hold(request, weights)
    return [session.models.of(request) is not None for request in requests]


def seconds(request: ModelRequest, weights: dict, pixels: np.ndarray, rounds: int = 20) -> float:
    """Return the median time of a prediction that is asked again."""
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
