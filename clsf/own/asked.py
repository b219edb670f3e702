"""Requests to a worker about a taught model: its validation predictions, the features of its images, and explanations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.model import freezing
from clsf.own import kept
from clsf.predict.explain import nearest
from clsf.predict.session import Held, models
from clsf.predict.values import ModelRequest

BATCH = 32  # images that go through the network together
NEAREST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Validated:
    """Probabilities float64 (n, classes) of the validation images, and their labels, int64 (n,)."""

    probabilities: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The output of the frozen layers for all images of the set: float32 (n, d), int64 (n,), int64 (n,)."""

    rows: np.ndarray
    labels: np.ndarray
    recordings: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class AnswerEvidence:
    """The evidence for a prediction: the scores before softmax, and the most similar training images."""

    scores: np.ndarray  # float64 (classes,), their mean is 0: softmax does not depend on it
    pixels: np.ndarray  # uint8 (k, h, w, 3)
    labels: np.ndarray  # int64 (k,)
    likeness: np.ndarray  # float64 (k,): cosine of the angle between the features, 1 for equal ones


def validated(request: ModelRequest) -> Validated | None:
    """Return the predictions for the validation images; None if the model is not here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        _, images = held.test()
        return Validated(_predicted(held, images.pixels), np.asarray(images.labels))


def answered(request: ModelRequest, pixels: np.ndarray) -> np.ndarray | None:
    """Return the probabilities, float64 (n, classes), of prepared images, uint8 (n, h, w, c); None if the model is not here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        return _predicted(held, pixels)


def features(request: ModelRequest) -> Features | None:
    """Return the features of all images that the model was trained and validated with; None if it is not here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        prepared, rows = _known(held)
    recordings = kept.recordings(held.plan.data)
    alone = np.arange(len(rows))
    return Features(rows, prepared.labels, alone if recordings is None or len(recordings) != len(rows) else recordings)


def why(request: ModelRequest, pixels: np.ndarray) -> AnswerEvidence | None:
    """Return the evidence for one prepared image, uint8 (h, w, c); None if the model is not here."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        scores = held.backend.logits(pixels[None])[0].astype(np.float64)
        prepared, rows = _known(held)
        own = _directions(_rows(held, pixels[None]))[0]
    train = np.sort(prepared.train)
    which, distances = nearest(_directions(rows[train]), own, NEAREST)
    at = train[which]
    cosine = 1 - distances**2 / 2  # of two rows of length 1 at this distance
    return AnswerEvidence(scores - scores.mean(), np.asarray(prepared.pixels[at]), prepared.labels[at], cosine)


def _predicted(held: Held, pixels: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [held.backend.predict(np.ascontiguousarray(pixels[at : at + BATCH])) for at in range(0, len(pixels), BATCH)]
    )


def _known(held: Held) -> tuple:
    """Return the prepared images and their features, cached for the next time."""

    def made() -> tuple:
        prepared = prepare(open_dataset(held.plan.data), held.plan)
        return prepared, _rows(held, prepared.pixels)

    return held.remembered("own classes", made)


def _rows(held: Held, pixels: np.ndarray) -> np.ndarray:
    """Return the output of all layers before the head for images, float32 (n, d)."""
    count = freezing.fixed(held.built_spec.layers, "head")
    parts = [held.backend.features(np.ascontiguousarray(pixels[at : at + BATCH]), count) for at in range(0, len(pixels), BATCH)]
    return np.concatenate(parts).reshape(len(pixels), -1).astype(np.float32)


def _directions(rows: np.ndarray) -> np.ndarray:
    """Return rows of length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
