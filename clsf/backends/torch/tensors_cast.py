# ruff: noqa: RET504  the names are for those who read these lines on the page
"""From one number type to another. Steps of programs: see clsf.tensors.program."""

import torch


def cast(t, target):
    return t.to(target)


def add(left, right, dtype):
    total = torch.tensor(left, dtype=dtype) + torch.tensor(right, dtype=dtype)
    return total


def whole(total):
    return total


def digits(total):
    return f"{float(total):.20g}"


def infer(value):
    return torch.tensor(value).dtype


def promote(left, right):
    a = torch.ones(2, dtype=left)
    b = torch.ones(2, dtype=right)
    return (a + b).dtype


def promote_number(left, number):
    a = torch.ones(2, dtype=left)
    return (a + number).dtype
