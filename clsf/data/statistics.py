"""Statistics of a data set: the number of images per class, the frequency of each pixel value, the mean image of a class.

Jobs for a worker: names and plain values in, arrays out. None needs a framework.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.data.images import Images
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.data.split import split
from clsf.plan import Plan

CHUNK = 16 << 20  # bytes of pixels that are worked on at a time


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The frequency of each pixel value, per channel, and its statistics.

    counts:          int64 (channels, 256), of the pixel values 0 to 255
    mean, deviation: float64 (channels,), in pixel values
    shift, scale:    float64 (channels,); the model's input is (pixel - shift) / scale
    """

    counts: np.ndarray
    shift: np.ndarray
    scale: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return self.counts.sum(axis=1)

    @property
    def mean(self) -> np.ndarray:
        return self.counts @ np.arange(256.0) / self.total

    @property
    def deviation(self) -> np.ndarray:
        squares = (np.arange(256.0) - self.mean[:, None]) ** 2
        return np.sqrt((self.counts * squares).sum(axis=1) / self.total)

    def model_mean(self) -> np.ndarray:
        """Return the mean of the model's inputs, (channels,)."""
        return (self.mean - self.shift) / self.scale

    def model_deviation(self) -> np.ndarray:
        """Return the deviation of the model's inputs, (channels,)."""
        return self.deviation / self.scale


def balance(
    labels: np.ndarray, test: np.ndarray | None, classes: int, share: float, seed: int, own: np.ndarray | None = None
) -> np.ndarray:
    """Return the number of training, validation and test images of each class: int64 (3, classes).

    `own`: the labels of the source's own validation images; None: it has none, and `share` of the training images is drawn.
    """
    if own is None:
        train, validation = split(labels, share, seed)
        labels, own = labels[train], labels[validation]
    parts = (labels, own, np.empty(0, np.int64) if test is None else test)
    return np.stack([np.bincount(part, minlength=classes) for part in parts])


def values(name: str, plan: dict) -> tuple[Values, Values]:
    """Return the values of the training images, original and prepared as the plan (its JSON) says."""
    chosen = Plan.from_json(plan)
    dataset = open_dataset(name)
    prepared = prepare(dataset, chosen)
    raw = dataset.train.pixels
    plain = np.zeros(raw.shape[3]), np.ones(raw.shape[3])
    before = counts(raw)
    after = before if prepared.pixels is raw else counts(prepared.pixels)
    return Values(before, *plain), Values(after, prepared.mean, prepared.deviation)


def counts(pixels: np.ndarray) -> np.ndarray:
    """Return how often each value occurs per channel: uint8 (n, h, w, c) -> int64 (c, 256)."""
    channels = pixels.shape[3]
    histogram = np.zeros((channels, 256), np.int64)
    for chunk in _chunks(pixels):
        for channel in range(channels):
            histogram[channel] += np.bincount(chunk[..., channel].ravel(), minlength=256)
    return histogram


def class_means(name: str) -> np.ndarray:
    """Return the mean training image of each class: uint8 (classes, h, w, c), rounded."""
    return mean_images(open_dataset(name).train)


def mean_images(images: Images) -> np.ndarray:
    """Return the mean image of each class, uint8 (classes, h, w, c), rounded; black where a class has none."""
    sums = np.zeros((len(images.classes), *images.shape), np.int64)
    start = 0
    for chunk in _chunks(images.pixels):
        labels = images.labels[start : start + len(chunk)]
        start += len(chunk)
        for label in np.unique(labels):
            sums[label] += chunk[labels == label].sum(axis=0, dtype=np.int64)
    number = np.maximum(np.bincount(images.labels, minlength=len(images.classes)), 1)
    return np.rint(sums / number[:, None, None, None]).astype(np.uint8)


def _chunks(pixels: np.ndarray):
    step = max(1, CHUNK // int(np.prod(pixels.shape[1:])))
    for start in range(0, len(pixels), step):
        yield pixels[start : start + step]
