"""Adding two tensors of different shapes. Steps of programs: see clsf.tensors.program."""

import torch


def add(left, right):
    a = torch.ones(left)
    b = torch.ones(right)
    return (a + b).shape


def numbers(left, left_size, right, right_size):
    a = torch.arange(left_size).reshape(left)
    b = 10 * torch.arange(1, right_size + 1).reshape(right)
    return a, b, a + b
