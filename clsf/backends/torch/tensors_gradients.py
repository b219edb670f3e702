"""Slopes of small functions. Steps of programs: see clsf.tensors.program."""

import torch


def square():
    def f(x):
        return x**2

    return f


def cubic():
    def f(x):
        return x**3 - 3 * x

    return f


def sine():
    def f(x):
        return torch.sin(x)

    return f


def wave():
    def f(x):
        return x * torch.sin(3 * x)

    return f


def bell():
    def f(x):
        return torch.exp(-(x**2))

    return f


def sigmoid():
    def f(x):
        return 1 / (1 + torch.exp(-x))

    return f


def tanh():
    def f(x):
        return torch.tanh(x)

    return f


def relu():
    def f(x):
        return torch.relu(x)

    return f


def absolute():
    def f(x):
        return torch.abs(x)

    return f


def bowl():
    def f(x, y):
        return x**2 + y**2

    return f


def saddle():
    def f(x, y):
        return x**2 - y**2

    return f


def product():
    def f(x, y):
        return x * y

    return f


def valley():
    def f(x, y):
        return (1 - x) ** 2 + 5 * (y - x**2) ** 2

    return f


def ripples():
    def f(x, y):
        return torch.sin(x) * torch.cos(y)

    return f


def slope(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = f(x)
    value.backward()
    return value, x.grad


def second(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = f(x)
    (first,) = torch.autograd.grad(value, x, create_graph=True)
    (again,) = torch.autograd.grad(first, x)
    return first, again


def slopes(f, at, beside):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(beside, dtype=torch.float64, requires_grad=True)
    value = f(x, y)
    value.backward()
    return value, x.grad, y.grad


def repeated(f, at, times):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    seen = []
    for _ in range(times):
        f(x).backward()
        seen.append(float(x.grad))
    return seen


def repeated_zeroed(f, at, times):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    seen = []
    for _ in range(times):
        x.grad = None
        f(x).backward()
        seen.append(float(x.grad))
    return seen


def used_up(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = f(x)
    value.backward()
    value.backward()
    return x.grad


def kept(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = f(x)
    first = torch.autograd.grad(value, x, retain_graph=True)
    again = torch.autograd.grad(value, x)
    return first, again


def stopped(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = x * f(x).detach()
    value.backward()
    return value, x.grad


def flowing(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = x * f(x)
    value.backward()
    return value, x.grad


def unwatched(f, at):
    x = torch.tensor(at, dtype=torch.float64)
    value = f(x)
    value.backward()
    return x.grad


def watched(f, at):
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = f(x)
    value.backward()
    return x.grad
