"""PyTorch's names and layout of weights, in NumPy: conversion to and from the agreed layout of `clsf.backends.base`."""

from __future__ import annotations

import numpy as np

from clsf.model.shapes import Shape

WORDS = {"kernel": "weight", "depthwise_kernel": "weight", "pointwise_kernel": "weight", "gamma": "weight", "beta": "bias", "moving_mean": "running_mean",
         "moving_variance": "running_var", "alpha": "weight"}  # fmt: skip
"""torch's own modules' names of weights; "bias" has the same name."""


def turned(weight: str, array: np.ndarray) -> np.ndarray:
    """Turn an array in the agreed layout into torch's."""
    if weight == "depthwise_kernel":  # (kh, kw, in, multiplier) -> (in * multiplier, 1, kh, kw)
        kh, kw, channels, multiplier = array.shape
        array = array.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, kh, kw)
    elif weight.endswith("kernel"):  # (kh, kw, in, out) -> (out, in, kh, kw), or (in, out) -> (out, in)
        array = array.transpose((3, 2, 0, 1) if array.ndim == 4 else (1, 0))
    elif array.ndim == 3:  # (h, w, c) -> (c, h, w), and (c,) of slopes that all pixels share
        array = array.transpose(2, 0, 1)
        array = array.reshape(-1) if weight == "alpha" and array.shape[1:] == (1, 1) else array
    return np.array(array, order="C")


def agreed(weight: str, array: np.ndarray, shape: Shape) -> np.ndarray:
    """Turn an array in torch's layout into the agreed one, whose shape is given."""
    if weight == "depthwise_kernel":  # (in * multiplier, 1, kh, kw) -> (kh, kw, in, multiplier)
        kh, kw, channels, multiplier = shape
        return array.reshape(channels, multiplier, kh, kw).transpose(2, 3, 0, 1).copy()
    if weight.endswith("kernel"):  # (out, in, kh, kw) -> (kh, kw, in, out), or (out, in) -> (in, out)
        return array.transpose((2, 3, 1, 0) if array.ndim == 4 else (1, 0)).copy()
    if len(shape) == 3:  # (c, h, w) -> (h, w, c)
        height, width, channels = shape
        return array.reshape(channels, height, width).transpose(1, 2, 0).copy()
    return array.copy()
