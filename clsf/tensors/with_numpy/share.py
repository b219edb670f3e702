"""Two names, perhaps one memory: change `a`, look at `b` again. Steps of programs: see clsf.tensors.program."""

import numpy as np


def part(values, index, value):
    a = np.array(values)
    b = a[0]
    before = b.copy()
    a[index] = value
    return a, before, b


def reshaped(values, index, value):
    a = np.array(values)
    b = a.reshape(-1)
    before = b.copy()
    a[index] = value
    return a, before, b


def transposed(values, index, value):
    a = np.array(values)
    b = a.T
    before = b.copy()
    a[index] = value
    return a, before, b


def picked(values, index, value):
    a = np.array(values)
    b = a[[0]]
    before = b.copy()
    a[index] = value
    return a, before, b


def copied(values, index, value):
    a = np.array(values)
    b = a.copy()
    before = b.copy()
    a[index] = value
    return a, before, b


def from_numpy(values, index, value):
    a = np.array(values)
    b = np.asarray(a)
    before = b.copy()
    a[index] = value
    return a, before, b


def copied_from_numpy(values, index, value):
    a = np.array(values)
    b = np.array(a)
    before = b.copy()
    a[index] = value
    return a, before, b


def to_numpy(values, index, value):
    a = np.array(values)
    b = a.view()
    before = b.copy()
    a[index] = value
    return a, before, b
