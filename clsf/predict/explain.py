"""Where in an image a model looks, in NumPy: the frameworks supply layer outputs and gradients, the rest is the same for both."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

MOST_PATCHES = 256  # maximum number of covered copies of an image


def saliency(slope: np.ndarray) -> np.ndarray:
    """Return how strongly the score depends on each pixel: largest absolute gradient over the channels, (h, w, c) -> (h, w).

    Source: Simonyan et al. 2014, arXiv:1312.6034, section 3.
    """
    return np.abs(slope).max(axis=-1)


def grad_cam(values: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return Grad-CAM of one layer: its output and the score's gradients, both (h, w, channels) -> (h, w), at least 0.

    cam = relu(sum over channels of mean(slope of the channel) * channel). Source: Selvaraju et al. 2017, arXiv:1610.02391,
    equations 1 and 2.
    """
    weights = slopes.mean(axis=(0, 1))
    return np.maximum(values @ weights, 0)


def enlarged(small: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a map at the size of the image, float32, bilinear with pixel centres kept in place."""
    from scipy.ndimage import map_coordinates

    h, w = small.shape
    rows = (np.arange(height) + 0.5) * h / height - 0.5
    columns = (np.arange(width) + 0.5) * w / width - 0.5
    where = np.meshgrid(rows, columns, indexing="ij")
    return map_coordinates(small.astype(np.float64), where, order=1, mode="nearest").astype(np.float32)


def patch_side(height: int, width: int) -> int:
    """Return the side in pixels of the covering patch: about a quarter of the image, at least 2 where there is room."""
    return max(min(2, height, width), round(min(height, width) / 4))


def occlusion(
    pixels: np.ndarray, ask: Callable[[np.ndarray], np.ndarray], wanted: int, patch: int
) -> np.ndarray:  # fmt: skip
    """Return how much the probability of `wanted` falls where the image is covered, (h, w, c) uint8 -> float32 (h, w).

    A patch of the image's mean colour is slid over it; a pixel gets the mean decrease over all patches that covered it.
    `ask`: uint8 (n, h, w, c) -> probabilities (n, classes). Source: Zeiler & Fergus 2014, arXiv:1311.2901, section 4.2.
    """
    height, width, _ = pixels.shape
    stride = 1
    while len(_starts(height, patch, stride)) * len(_starts(width, patch, stride)) > MOST_PATCHES:
        stride += 1
    places = [(top, left) for top in _starts(height, patch, stride) for left in _starts(width, patch, stride)]
    covered = np.repeat(pixels[None], len(places) + 1, axis=0)
    mean = np.rint(pixels.reshape(-1, pixels.shape[2]).mean(axis=0)).astype(np.uint8)
    for copy, (top, left) in zip(covered[1:], places, strict=True):
        copy[top : top + patch, left : left + patch] = mean
    said = ask(covered)[:, wanted]
    falls, counts = np.zeros((height, width)), np.zeros((height, width))
    for fall, (top, left) in zip(said[0] - said[1:], places, strict=True):
        falls[top : top + patch, left : left + patch] += fall
        counts[top : top + patch, left : left + patch] += 1
    return (falls / np.maximum(counts, 1)).astype(np.float32)


def _starts(side: int, patch: int, stride: int) -> list[int]:
    """Return where a patch begins, the last place included."""
    return sorted({*range(0, side - patch + 1, stride), side - patch})


def nearest(features: np.ndarray, one: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of `features`, (n, d), lie nearest to `one`, (d,), and their Euclidean distances, nearest first."""
    distances = np.sqrt(((features.astype(np.float64) - one) ** 2).sum(axis=1))
    order = np.argsort(distances, kind="stable")[:count]
    return order, distances[order]
