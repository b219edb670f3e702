"""One image to look at: a sample of a data set, a photograph from scikit-learn, or an uploaded file. Jobs for a worker."""

from __future__ import annotations

import numpy as np

from clsf import checks
from clsf.checks import field
from clsf.data import bundled
from clsf.data.catalogue import info
from clsf.data.decode import decode, header, quietly
from clsf.data.resize import fitted
from clsf.data.sources import open_dataset
from clsf.errors import DataError
from clsf.words import say

MAX_FILE = 10_000_000
"""Maximum bytes of an uploaded picture."""

MAX_SIDE = 128  # pixels
MIN_SIDE = 8
SIDES = (16, 28, 32, 48, 64, 96, 128)
PHOTOGRAPHS = bundled.PHOTOGRAPHS
SHIFT = 0.25  # of the side, the largest shift of copies of one picture


def sample(name: str, label: int | None, number: int, side: int | None, grey: bool) -> tuple[np.ndarray, int]:
    """Return a training image, uint8 (height, width, channels), and its label: image `number` of class `label`, counted round.

    `label` None counts through all classes; `side` None keeps the size. Raises DataError if there is no such set.
    """
    images = _opened(name)
    where = np.arange(len(images)) if label is None else np.flatnonzero(images.labels == label)
    if not len(where):
        raise DataError("The data set '{name}' has no training image of class {label}.", name=name, label=str(label))
    index = int(where[number % len(where)])
    return _sized(np.array(images.pixels[index]), side, grey), int(images.labels[index])


def batch(name: str, count: int, side: int | None, grey: bool) -> np.ndarray:
    """Return the first `count` training images, uint8 (n, height, width, channels)."""
    checks.whole(DataError, field("count"), count, 1, 256)
    pixels = np.array(_opened(name).pixels[:count])
    return np.stack([_sized(image, side, grey) for image in pixels])


def photograph(name: str, side: int, grey: bool) -> np.ndarray:
    """Return "china" or "flower" of scikit-learn as a square, cut around the centre: uint8 (side, side, 1 or 3)."""
    from PIL import Image, ImageOps

    checks.known(DataError, say("photograph"), name, PHOTOGRAPHS)
    checks.whole(DataError, field("side"), side, MIN_SIDE, MAX_SIDE)
    whole = Image.fromarray(bundled.photograph(name))
    square = np.asarray(ImageOps.fit(whole, (side, side), Image.Resampling.BILINEAR))
    return _sized(square, side, grey)


def uploaded(data: bytes, side: int, grey: bool) -> np.ndarray:
    """Return an uploaded PNG, JPEG or WebP as a square, cut around the centre: uint8 (side, side, 1 or 3).

    Raises DataError with a message for a file that is empty, too large, not a picture of these formats, or damaged.
    """
    checks.whole(DataError, field("side"), side, MIN_SIDE, MAX_SIDE)
    if not data:
        raise DataError("The picture can't be used. The file is empty. Choose another file.")
    if len(data) > MAX_FILE:
        raise DataError(
            "The picture can't be used. It has {size} MB, but at most {most} MB are read. Save it smaller and try again.",
            size=f"{len(data) / 1e6:.1f}", most=MAX_FILE // 1_000_000,
        )  # fmt: skip
    try:
        channels = 1 if grey or quietly(lambda: header(data)).grey else 3
        return quietly(lambda: decode(data, side, side, channels))
    except DataError as error:
        raise DataError("The picture can't be used. {why} Choose another file.", why=error.sentence) from error


def shifted(pixels: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Return a picture and shifted copies of it, wrapped around, as a batch: (h, w, c) -> (count, h, w, c), the picture first."""
    rng = np.random.default_rng(seed)
    most = [max(1, round(side * SHIFT)) for side in pixels.shape[:2]]
    moves = [(0, 0), *(tuple(int(rng.integers(-m, m + 1)) for m in most) for _ in range(count - 1))]
    return np.stack([np.roll(pixels, move, axis=(0, 1)) for move in moves])


def _opened(name: str):
    info(name)  # an unknown name raises a clear error before anything is opened
    return open_dataset(name).train


def _sized(image: np.ndarray, side: int | None, grey: bool) -> np.ndarray:
    if side is not None:
        checks.whole(DataError, field("side"), side, MIN_SIDE, MAX_SIDE)
    height, width, channels = image.shape
    return fitted(image[None], (side or height, side or width, 1 if grey else channels))[0]
