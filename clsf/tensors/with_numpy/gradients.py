"""Slopes of small functions, by a small step, as NumPy has no gradients. Steps of programs: see clsf.tensors.program."""

import numpy as np


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
        return np.sin(x)

    return f


def wave():
    def f(x):
        return x * np.sin(3 * x)

    return f


def bell():
    def f(x):
        return np.exp(-(x**2))

    return f


def sigmoid():
    def f(x):
        return 1 / (1 + np.exp(-x))

    return f


def tanh():
    def f(x):
        return np.tanh(x)

    return f


def relu():
    def f(x):
        return np.maximum(x, 0)

    return f


def absolute():
    def f(x):
        return np.abs(x)

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
        return np.sin(x) * np.cos(y)

    return f


def slope(f, at):
    h = 1e-6
    value = f(np.float64(at))
    first = (f(at + h) - f(at - h)) / (2 * h)
    return value, first


def second(f, at):
    h = 1e-4
    first = (f(at + h) - f(at - h)) / (2 * h)
    return first, (f(at + h) - 2 * f(np.float64(at)) + f(at - h)) / h**2


def slopes(f, at, beside):
    h = 1e-6
    value = f(np.float64(at), np.float64(beside))
    along_x = (f(at + h, beside) - f(at - h, beside)) / (2 * h)
    along_y = (f(at, beside + h) - f(at, beside - h)) / (2 * h)
    return value, along_x, along_y


def curve(f, low, high):
    x = np.linspace(low, high, 241)
    return x, f(x)


def surface(f, low, high):
    x = np.linspace(low, high, 61)
    return x, f(x[np.newaxis, :], x[:, np.newaxis])
