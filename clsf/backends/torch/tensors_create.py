# ruff: noqa: RET504  the names are for those who read these lines on the page
"""Making a tensor, and asking it what it is. Steps of programs: see clsf.tensors.program."""

import torch


def from_list(values, dtype):
    t = torch.tensor(values, dtype=dtype)
    return t


def inferred(values):
    t = torch.tensor(values)
    return t


def from_range(start, stop, step, dtype):
    t = torch.arange(start, stop, step, dtype=dtype)
    return t


def range_inferred(start, stop, step):
    t = torch.arange(start, stop, step)
    return t


def normal(size, mean, deviation, seed, dtype):
    random = torch.Generator().manual_seed(seed)
    t = torch.randn(size, generator=random, dtype=dtype) * deviation + mean
    return t


def uniform(size, low, high, seed, dtype):
    random = torch.Generator().manual_seed(seed)
    t = torch.rand(size, generator=random, dtype=dtype) * (high - low) + low
    return t


def zeros(size):
    t = torch.zeros(size)
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
    return t.numel()


def itemsize(t):
    return t.element_size()


def device(t):
    return t.device


def strides(t):
    return t.stride()
