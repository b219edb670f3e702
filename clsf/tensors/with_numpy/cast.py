# ruff: noqa: RET504  the names are for those who read these lines on the page
"""From one number type to another. Steps of programs: see clsf.tensors.program."""

import numpy as np


def cast(t, target):
    return t.astype(target)


def add(left, right, dtype):
    total = np.array(left, dtype=dtype) + np.array(right, dtype=dtype)
    return total


def whole(total):
    return total


def digits(total):
    return f"{float(total):.20g}"


def infer(value):
    return np.array(value).dtype


def promote(left, right):
    a = np.ones(2, dtype=left)
    b = np.ones(2, dtype=right)
    return (a + b).dtype


def promote_number(left, number):
    a = np.ones(2, dtype=left)
    return (a + number).dtype
