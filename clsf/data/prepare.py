"""From a data set to the data of a run: size and colour, the split, and the numbers that scale pixels for a model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clsf.data import prepared_files
from clsf.data.images import Dataset, Images, Prepared
from clsf.data.progress import Progress, silent
from clsf.data.resize import Shape, fitted, prepared_shape
from clsf.data.shuffle import shuffled
from clsf.data.split import PURPOSE, fair_order, split
from clsf.errors import DataError
from clsf.plan import FIXED_SCALES, Plan, Preparation, fixed_scale

__all__ = ["prepare", "prepared_shape", "prepared_test"]

MAX_BYTES = 4 << 30
"""Maximum bytes of prepared pixels: a worker has to hold them."""

CHUNK = 16 << 20  # bytes of pixels that are worked on at a time


def prepare(dataset: Dataset, plan: Plan, progress: Progress = silent) -> Prepared:
    """Return the training images as the plan says, split, with the scaling of the model's inputs.

    Resized or recoloured pixels are kept on disk, memory-mapped, for all processes to share. Raises DataError if there
    are too few images to split, or if the prepared images would be too big.
    """
    images = dataset.fitting or dataset.train
    if dataset.fitting is None:
        train, validation = split(images.labels, plan.validation_share, plan.seed, plan.train_limit, plan.split)
    else:  # the source says which images validate: nothing is drawn, and the plan's share does not count
        first = len(dataset.train)
        train, validation = shuffled(first, PURPOSE, plan.seed), np.arange(first, len(images), dtype=np.int64)
        if plan.split > 1:
            train, validation = train[fair_order(images.labels[train])], validation[fair_order(images.labels[validation])]
        train = train[: plan.train_limit]
    pixels = _pixels(dataset, "train", plan.preparation, progress)
    mean, deviation = _scale(pixels, train, plan.preparation)
    return Prepared(pixels, images.labels, images.classes, train, validation, mean, deviation)


def prepared_test(dataset: Dataset, plan: Plan, like: Prepared, progress: Progress = silent) -> Images:
    """Return the test images prepared like those in `like`, with its mean and deviation.

    Raises DataError if the data set has no test images, or if `like` was prepared differently.
    """
    if dataset.test is None:
        raise DataError(
            "The data set '{name}' has no test images. Measure on its validation images instead, or choose another data set.",
            name=dataset.name,
        )  # fmt: skip
    shape = prepared_shape(dataset.test, plan.preparation)
    if shape != like.shape:
        raise DataError(
            "The test images become {shape}, but the model was trained on {like}. Use the plan that the model was trained with.",
            shape=str(shape), like=str(like.shape),
        )  # fmt: skip
    return Images(_pixels(dataset, "test", plan.preparation, progress), dataset.test.labels, dataset.test.classes)


def _pixels(dataset: Dataset, part: str, preparation: Preparation, progress: Progress) -> np.ndarray:
    images = (dataset.fitting or dataset.train) if part == "train" else dataset.test
    shape = prepared_shape(images, preparation)
    if shape == images.shape:
        return images.pixels
    size = len(images) * int(np.prod(shape))
    if size > MAX_BYTES:
        raise DataError(
            "{count} images of {height}x{width} pixels take {size} GB, but at most {most} GB are prepared. Choose a smaller image size.",
            count=len(images), height=shape[0], width=shape[1], size=f"{size / 2**30:.1f}", most=MAX_BYTES >> 30,
        )  # fmt: skip
    if dataset.checksum is None:
        return np.concatenate([np.empty((0, *shape), np.uint8), *_chunks(images, shape, progress)])
    height, width, channels = shape
    key = f"{dataset.name}-{dataset.checksum[:12]}-{part}-{height}x{width}x{channels}"
    return prepared_files.open_or_make(
        key,
        (len(images), *shape),
        chunks=lambda: _chunks(images, shape, progress),
        waiting=lambda: progress("prepare", 0, len(images)),
    )


def _chunks(images: Images, shape: Shape, progress: Progress) -> Iterator[np.ndarray]:
    step = _per_chunk(images.shape, shape)
    for start in range(0, len(images), step):
        progress("prepare", start, len(images))
        yield fitted(images.pixels[start : start + step], shape)
    progress("prepare", len(images), len(images))


def _per_chunk(*shapes: Shape) -> int:
    """Return how many images fit into a chunk, before and after resizing."""
    return max(1, CHUNK // max(int(np.prod(shape)) for shape in shapes))


def _scale(pixels: np.ndarray, train: np.ndarray, preparation: Preparation) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation per channel, in pixel values, float64 (channels,)."""
    channels = pixels.shape[3]
    if preparation.scale in FIXED_SCALES:
        mean, deviation = fixed_scale(preparation.scale, channels)
        return np.array(mean), np.array(deviation)
    # Counting how often each of the 256 values occurs makes the sums exact, in any order of the images.
    counts = np.zeros((channels, 256), np.int64)
    step = _per_chunk(pixels.shape[1:])
    for start in range(0, len(train), step):
        chunk = pixels[np.sort(train[start : start + step])]
        for channel in range(channels):
            counts[channel] += np.bincount(chunk[..., channel].ravel(), minlength=256)
    values, total = np.arange(256.0), counts.sum(axis=1)
    mean = counts @ values / total
    deviation = np.sqrt((counts * (values - mean[:, None]) ** 2).sum(axis=1) / total)
    return mean, np.where(deviation == 0, 1.0, deviation)
