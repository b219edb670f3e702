"""Adding two arrays of different shapes. Steps of programs: see clsf.tensors.program."""

import numpy as np


def add(left, right):
    a = np.ones(left)
    b = np.ones(right)
    return (a + b).shape


def numbers(left, left_size, right, right_size):
    a = np.arange(left_size).reshape(left)
    b = 10 * np.arange(1, right_size + 1).reshape(right)
    return a, b, a + b
