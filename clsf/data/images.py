"""The values that data sets are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.errors import DataError
from clsf.words import say_n


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images of one size and their labels.

    pixels: uint8, (n, height, width, channels), 1 channel (grey) or 3 (red, green, blue), 0 to 255; may be memory-mapped
    labels: int64, (n,), indices into `classes`
    """

    pixels: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        p, y = self.pixels, self.labels
        if p.dtype != np.uint8 or p.ndim != 4 or p.shape[3] not in (1, 3) or min(p.shape[1:3]) < 1:
            raise DataError(
                "Images are uint8 arrays of shape (n, height, width, 1 or 3), but this one is {dtype} of shape {shape}.",
                dtype=str(p.dtype), shape=str(p.shape),
            )  # fmt: skip
        if y.dtype != np.int64 or y.shape != p.shape[:1]:
            raise DataError(say_n(
                "Labels are int64 arrays, one per image, but for {n} image this one is {dtype} of shape {shape}.",
                "Labels are int64 arrays, one per image, but for {n} images this one is {dtype} of shape {shape}.",
                len(p),
                n=len(p), dtype=str(y.dtype), shape=str(y.shape),
            ))  # fmt: skip
        if len(y) and not 0 <= int(y.min()) <= int(y.max()) < len(self.classes):
            raise DataError(
                "A label is {label}, but the {count} classes are numbered from 0.",
                label=int(y.max() if y.min() >= 0 else y.min()), count=len(self.classes),
            )  # fmt: skip

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)"""
        return self.pixels.shape[1:]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Training images and, if the source has them, test and validation images of the same shape and classes."""

    name: str
    train: Images
    test: Images | None
    checksum: str | None = None  # of its files; None: it only exists in memory
    fitting: Images | None = None  # training images followed by the source's own validation images; None: it has none

    @property
    def validation(self) -> Images | None:
        """The source's own validation images."""
        if self.fitting is None:
            return None
        first = len(self.train)
        return Images(self.fitting.pixels[first:], self.fitting.labels[first:], self.fitting.classes)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The data of a run: prepared pixels, the split, and the scaling of pixels to the model's inputs.

    input = (pixel - mean) / deviation, per channel, computed in the plan's dtype by both frameworks.
    """

    pixels: np.ndarray  # uint8, (n, height, width, channels)
    labels: np.ndarray  # int64, (n,)
    classes: tuple[str, ...]
    train: np.ndarray  # int64 indices into pixels
    validation: np.ndarray  # int64 indices, none of them in train
    mean: np.ndarray  # float64, (channels,), in pixel values
    deviation: np.ndarray  # float64, (channels,), in pixel values

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)"""
        return self.pixels.shape[1:]
