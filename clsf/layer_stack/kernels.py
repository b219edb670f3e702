"""Handwritten kernels: nine numbers each that find edges, blur or sharpen without any learning.

Layers compute cross-correlation: the kernel is applied as written here, it is not flipped.
"""

from __future__ import annotations

import numpy as np

SIDE = 3

KERNELS: dict[str, tuple[float, ...]] = {
    "edge": (-1, -1, -1, -1, 8, -1, -1, -1, -1),
    "sobel-x": (-1, 0, 1, -2, 0, 2, -1, 0, 1),
    "sobel-y": (-1, -2, -1, 0, 0, 0, 1, 2, 1),
    "blur": (1 / 9,) * 9,
    "sharpen": (0, -1, 0, -1, 5, -1, 0, -1, 0),
    "emboss": (-2, -1, 0, -1, 1, 1, 0, 1, 2),
    "identity": (0, 0, 0, 0, 1, 0, 0, 0, 0),
}
"""Row by row. edge is the Laplacian of all eight neighbours; sobel-x answers to vertical edges, sobel-y to horizontal ones
(Sobel & Feldman 1968); blur is the mean of nine pixels."""

NAMES = tuple(KERNELS)


def placed(numbers: tuple[float, ...], side: int) -> np.ndarray:
    """Return nine numbers as a kernel of `side` × `side`, float64, zeros around them; `side` is at least 3."""
    kernel = np.zeros((side, side))
    start = (side - SIDE) // 2
    kernel[start : start + SIDE, start : start + SIDE] = np.reshape(numbers, (SIDE, SIDE))
    return kernel


def into_convolution(kernel: np.ndarray, written: list[tuple[float, ...]]) -> np.ndarray:
    """Return a copy of a kernel (k, k, in, out) whose first filters are the written ones, applied to the mean of the channels."""
    result = kernel.copy()
    for number, numbers in enumerate(written[: kernel.shape[3]]):
        result[:, :, :, number] = (placed(numbers, kernel.shape[0]) / kernel.shape[2])[:, :, None]
    return result


def into_depthwise(kernel: np.ndarray, written: list[tuple[float, ...]]) -> np.ndarray:
    """Return a copy of a kernel (k, k, in, multiplier) whose first kernels of every channel are the written ones."""
    result = kernel.copy()
    for number, numbers in enumerate(written[: kernel.shape[3]]):
        result[:, :, :, number] = placed(numbers, kernel.shape[0])[:, :, None]
    return result
