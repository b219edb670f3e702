# ruff: noqa: RET504  the names are for those who read these lines on the page
"""Two names, perhaps one memory: change `a`, look at `b` again. Steps of programs: see clsf.tensors.program."""

import numpy as np
import torch


def part(values, index, value):
    a = torch.tensor(values)
    b = a[0]
    before = b.clone()
    a[index] = value
    return a, before, b


def reshaped(values, index, value):
    a = torch.tensor(values)
    b = a.reshape(-1)
    before = b.clone()
    a[index] = value
    return a, before, b


def transposed(values, index, value):
    a = torch.tensor(values)
    b = a.permute(*reversed(range(a.ndim)))
    before = b.clone()
    a[index] = value
    return a, before, b


def picked(values, index, value):
    a = torch.tensor(values)
    b = a[[0]]
    before = b.clone()
    a[index] = value
    return a, before, b


def copied(values, index, value):
    a = torch.tensor(values)
    b = a.clone()
    before = b.clone()
    a[index] = value
    return a, before, b


def from_numpy(values, index, value):
    a = np.array(values)
    b = torch.from_numpy(a)
    before = b.clone()
    a[index] = value
    return a, before, b


def copied_from_numpy(values, index, value):
    a = np.array(values)
    b = torch.tensor(a)
    before = b.clone()
    a[index] = value
    return a, before, b


def to_numpy(values, index, value):
    a = torch.tensor(values)
    b = a.numpy()
    before = b.copy()
    a[index] = value
    return a, before, b


def to_numpy_with_gradient(values):
    a = torch.tensor(values, dtype=torch.float32, requires_grad=True)
    b = a.numpy()
    return b


def to_numpy_detached(values):
    a = torch.tensor(values, dtype=torch.float32, requires_grad=True)
    b = a.detach().numpy()
    return b
