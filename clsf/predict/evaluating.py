"""Evaluating on the test set inside a worker: everything that an evaluation needs, in one call."""

from __future__ import annotations

import time
from importlib import import_module

import numpy as np

from clsf.data.images import Images, Prepared
from clsf.predict import metrics
from clsf.predict.session import Held, models
from clsf.predict.values import Evaluated, ModelRequest, Way

BATCH = 32  # images of the batch that is predicted in several ways


def evaluate(request: ModelRequest) -> Evaluated | None:
    """Return the predictions for every test image, and the result of the framework's own evaluation; None: no model here.

    Raises DataError if the data set can't be opened.
    """
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        started = time.perf_counter()
        part, images = held.test()
        probabilities = held.backend.predict(images.pixels)
        own = _own_evaluation(held, images)
        first = images.pixels[:BATCH]
        return Evaluated(
            part=part,
            loss=own.loss,
            accuracy=own.accuracy,
            probabilities=np.asarray(probabilities, np.float64),
            labels=np.asarray(images.labels),
            numbers=np.arange(len(images)),
            inputs=held.inputs(first).shape,
            ways=_ways(held, first),
            confusion=metrics.confusion(images.labels, probabilities),
            per_class=metrics.per_class(images.labels, probabilities),
            seconds=time.perf_counter() - started,
        )


def pictures(data: str, plan: dict, numbers: np.ndarray) -> np.ndarray:
    """Return test images (validation images where there are none) as a model of this plan receives them, uint8 (n, h, w, c)."""
    _, images = _prepared(data, plan)
    return np.ascontiguousarray(images.pixels[np.asarray(numbers)])


def one_picture(data: str, plan: dict, label: int | None, number: int) -> tuple[np.ndarray, int, int]:
    """Return (pixels uint8 (h, w, c), label, which test image): image `number` (modulo the count) of a class or of all."""
    _, images = _prepared(data, plan)
    where = np.arange(len(images)) if label is None else np.flatnonzero(images.labels == label)
    if not len(where):
        where = np.arange(len(images))
    at = int(where[number % len(where)])
    return np.array(images.pixels[at]), int(images.labels[at]), at


def _prepared(data: str, plan: dict) -> tuple[str, Images]:
    from clsf.data.prepare import prepare, prepared_test
    from clsf.data.sources import open_dataset
    from clsf.plan import Plan
    from clsf.predict.session import for_asking

    plan = for_asking(Plan.from_json(plan)).but(data=data)
    dataset = open_dataset(plan.data)
    like = prepare(dataset, plan)
    if dataset.test is not None and len(dataset.test):
        return "test", prepared_test(dataset, plan, like)
    at = np.sort(like.validation)
    return "validation", Images(like.pixels[at], like.labels[at], like.classes)


def _own_evaluation(held: Held, images: Images):
    """Return the result of the backend's `evaluate`, for a model built with these images."""
    at = np.arange(len(images))
    prepared = Prepared(
        images.pixels, images.labels, images.classes, at[:0], at, held.prepared.mean, held.prepared.deviation
    )  # fmt: skip
    return held.build(prepared).evaluate(at)


def _ways(held: Held, pixels: np.ndarray) -> tuple[Way, ...]:
    package = import_module(f"clsf.backends.{held.request.framework}.inference_paths")
    answers = package.asked(held.backend.built, held.inputs(pixels))
    first = answers[0][4]
    return tuple(
        Way(code, kind, dtype, seconds, float(np.abs(values - first).max())) for code, kind, dtype, seconds, values in answers
    )  # fmt: skip
