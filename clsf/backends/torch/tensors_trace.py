"""Shapes and side effects of an eager function, call after call. Steps of programs: see clsf.tensors.program."""

from time import perf_counter

import torch


def lens(sizes):
    def zeros(t):
        h, w = t[0], t[1]
        made = torch.zeros((h, w))
        print("t.shape:", t.shape)
        print("t.size():", t.size())
        print("t.numel():", t.numel())
        print("made.shape:", made.shape)
        print("made.size():", made.size())
        print("made.numel():", made.numel())
        return made

    results = []
    for number, size in enumerate(sizes, start=1):
        print("call", number)
        results.append(zeros(torch.tensor(size)))
    return results


def calls(arguments):
    def double(x):
        print("inside")
        return x * 2

    results = []
    for x in arguments:
        results.append(double(x))
    return results


def counter(arguments):
    log = []

    def double(x):
        print("running with", x)
        log.append(x)
        return x * 2

    calls = []
    for number, x in enumerate(arguments, start=1):
        print("call", number)
        start = perf_counter()
        y = double(x)
        calls.append((len(log), perf_counter() - start, y))
    return calls, len(log)
