"""Changing one element, or all of them. Steps of programs: see clsf.tensors.program.

Each returns the object's identity and the address of its numbers in memory, before and after.
"""

import numpy as np


def assign(values, index, value):
    t = np.array(values)
    before = id(t), t.ctypes.data
    t[index] = value
    after = id(t), t.ctypes.data
    return t, before, after


def add_in_place(values, value):
    t = np.array(values)
    before = id(t), t.ctypes.data
    t += value
    after = id(t), t.ctypes.data
    return t, before, after


def right_way(values, index, value):
    t = np.array(values)
    before = id(t), t.ctypes.data
    t[index] = value
    after = id(t), t.ctypes.data
    return t, before, after
