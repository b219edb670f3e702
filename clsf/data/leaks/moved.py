"""How similar two images are after one is shifted and cropped: copies that hashes and small images don't detect.

The middle of one image is searched in the other, a few pixels each way, and also after magnifying it a little. The
measure is the correlation of grey values, which does not depend on brightness and contrast.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import fft

SIDE = 32  # pixels of the side of the grey pictures that are compared, at most
SMALLEST = 16  # in smaller images a pixel is so large that different images are as similar as shifted ones
MOVED = 0.1  # of the side, each way
CUT = 0.95, 0.9, 0.85  # share of the side that is left
WORTH = 0.9  # times an image's distance to its neighbours: pairs farther apart than this are not magnified
AT_ONCE = 2000  # pairs


def pictures(images: list[Image.Image]) -> np.ndarray | None:
    """Return the images as square grey ones, float32 (n, side, side); None if they are too small for this."""
    side = min(SIDE, *images[0].size)
    if side < SMALLEST:
        return None
    grey = [image.convert("L").resize((side, side), Image.Resampling.BOX) for image in images]
    return np.stack([np.asarray(image, np.float32) for image in grey])


def unit(grey: np.ndarray) -> np.ndarray:
    """Return grey pictures without brightness and contrast: float32 (n, numbers), each of length 1."""
    flat = (grey - grey.mean(axis=(1, 2), keepdims=True)).reshape(len(grey), -1)
    return flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-3)


def ratios(one: np.ndarray, two: np.ndarray, grey: np.ndarray, other: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return the distance of the images `grey[one]` and `other[two]` where they fit best, divided by `apart`, float32 (pairs,)

    `apart`: the distance of each picture from its neighbours. Distances are between pictures of length 1.
    """
    ratio = np.empty(len(one), np.float32)
    for start in range(0, len(one), AT_ONCE):
        a, b = one[start : start + AT_ONCE], two[start : start + AT_ONCE]
        first, second, near = grey[a], other[b], np.maximum(np.minimum(apart[a], apart[b]), 1e-6)
        best = _correlation(first, second)
        worth = np.flatnonzero(_distance(best) < WORTH * near)
        first, second = first[worth], second[worth]
        for share in CUT:
            larger = _magnifying(grey.shape[1], share)
            best[worth] = np.maximum(best[worth], _correlation(larger @ first @ larger.T, second))
            best[worth] = np.maximum(best[worth], _correlation(first, larger @ second @ larger.T))
        ratio[start : start + AT_ONCE] = _distance(best) / near
    return ratio


def _distance(correlation: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(2 - 2 * correlation, 0))


def _correlation(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return the largest correlation of the middle of each first picture with a part of the second, float32 (pairs,)"""
    if not len(one):
        return np.empty(0, np.float32)
    side = one.shape[1]
    most = round(MOVED * side)
    size = side - 2 * most
    middle = one[:, most : side - most, most : side - most]
    middle = middle - middle.mean(axis=(1, 2), keepdims=True)
    length = np.sqrt(np.square(middle).sum(axis=(1, 2)))
    padded = np.zeros_like(one)
    padded[:, :size, :size] = middle
    at = slice(0, 2 * most + 1)
    product = fft.irfft2(np.conj(fft.rfft2(padded)) * fft.rfft2(two), s=(side, side))[:, at, at]
    spread = np.maximum(_windows(np.square(two), size) - _windows(two, size) ** 2 / size**2, 0)
    return (product / (length[:, None, None] * np.sqrt(spread) + 1e-3 * size**2)).max(axis=(1, 2)).astype(np.float32)


def _windows(values: np.ndarray, size: int) -> np.ndarray:
    """Return the sum over each window of `size` by `size`, float64 (n, side - size + 1, side - size + 1)."""
    sums = np.pad(values.astype(np.float64).cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
    return sums[:, size:, size:] - sums[:, :-size, size:] - sums[:, size:, :-size] + sums[:, :-size, :-size]


def _magnifying(side: int, share: float) -> np.ndarray:
    """Return the matrix that stretches the middle share of a row to the whole row, float32 (side, side)."""
    place = np.clip((np.arange(side) + 0.5 - side / 2) * share + side / 2 - 0.5, 0, side - 1)
    left = np.minimum(place.astype(int), side - 2)
    matrix = np.zeros((side, side), np.float32)
    matrix[np.arange(side), left] = 1 - (place - left)
    matrix[np.arange(side), left + 1] = place - left
    return matrix
