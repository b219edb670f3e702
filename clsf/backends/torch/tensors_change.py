"""Changing one element, or all of them. Steps of programs: see clsf.tensors.program.

Each returns the object's identity and the address of its numbers in memory, before and after.
"""

import torch


def assign(values, index, value):
    t = torch.tensor(values)
    before = id(t), t.data_ptr()
    t[index] = value
    after = id(t), t.data_ptr()
    return t, before, after


def add_in_place(values, value):
    t = torch.tensor(values)
    before = id(t), t.data_ptr()
    t += value
    after = id(t), t.data_ptr()
    return t, before, after


def right_way(values, index, value):
    t = torch.tensor(values)
    before = id(t), t.data_ptr()
    t[index] = value
    after = id(t), t.data_ptr()
    return t, before, after
