# ruff: noqa: RET504  the names are for those who read these lines on the page
"""Making an array, and asking it what it is. Steps of programs: see clsf.tensors.program."""

import numpy as np


def from_list(values, dtype):
    t = np.array(values, dtype=dtype)
    return t


def inferred(values):
    t = np.array(values)
    return t


def from_range(start, stop, step, dtype):
    t = np.arange(start, stop, step, dtype=dtype)
    return t


def range_inferred(start, stop, step):
    t = np.arange(start, stop, step)
    return t


def normal(size, mean, deviation, seed, dtype):
    random = np.random.default_rng(seed)
    t = random.normal(mean, deviation, size).astype(dtype)
    return t


def uniform(size, low, high, seed, dtype):
    random = np.random.default_rng(seed)
    t = random.uniform(low, high, size).astype(dtype)
    return t


def zeros(size):
    t = np.zeros(size)
    return t


def reshape(t, shape):
    t = t.reshape(shape)
    return t


def pick(t, index):
    return t[index]


def whole(t):
    return t


def kind(t):
    return type(t).__name__


def dtype(t):
    return t.dtype


def rank(t):
    return t.ndim


def shape(t):
    return t.shape


def count(t):
    return t.size


def itemsize(t):
    return t.itemsize


def device(t):
    return t.device


def strides(t):
    return t.strides
