"""The same operations under this library's names. Steps of programs: see clsf.tensors.program.

Each is the second step after `inputs`. One that ends in _trap is what somebody would write who knows one library and guesses
the other.
"""

import numpy as np


def inputs(rows, columns):
    a = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    b = (5 * a + 3) % 7
    c = np.arange(rows * columns * 4).reshape(rows, columns, 4)
    m = np.arange(9).reshape(3, 3)
    r = np.arange(8)
    v = a[0] + 1
    w = a.transpose(1, 0)
    i = np.array([columns - 1, 0])
    labels = np.array([3, 0, 2, 2, 1])
    return a, b, c, m, r, v, w, i, labels


# Making.


def zeros():
    return np.zeros((2, 3), dtype=np.float32)


def ones():
    return np.ones((2, 3), dtype=np.float32)


def full():
    return np.full((2, 3), 7)


def arange():
    return np.arange(0, 10, 2)


def linspace():
    return np.linspace(0.0, 1.0, 5)


def eye():
    return np.eye(3)


def zeros_like(a):
    return np.zeros_like(a)


# Shape.


def reshape(a):
    return a.reshape(-1, 1)


def flatten(a):
    return a.ravel()


def transpose(a):
    return np.transpose(a, (1, 0))


def transpose_trap(a):
    return np.transpose(a)


def move_axis(c):
    return np.moveaxis(c, 2, 0)


def swap_axes(c):
    return np.swapaxes(c, 0, 2)


def expand_dims(a):
    return np.expand_dims(a, axis=0)


def new_axis(a):
    return a[np.newaxis, :]


def squeeze(a):
    return np.squeeze(a[np.newaxis, :])


def squeeze_trap(c):
    return np.squeeze(c, axis=0)


def broadcast_to(a, v):
    return np.broadcast_to(v, a.shape)


def tile(a):
    return np.tile(a, (2, 1))


def repeat(v):
    return np.repeat(v, 2)


def repeat_trap(v):
    return v.repeat(2)


def flip(a):
    return np.flip(a, axis=0)


def flip_trap(a):
    return a[::-1]


def roll(v):
    return np.roll(v, 1)


def pad(a):
    return np.pad(a, ((0, 0), (1, 2)))


# Joining and cutting.


def concatenate(a, b):
    return np.concatenate([a, b], axis=0)


def stack(a, b):
    return np.stack([a, b])


def split(r):
    return np.split(r, 2)


def split_trap(r):
    return np.split(r, 2)


def unstack(a):
    return list(a)


# Choosing elements.


def take(a, i):
    return np.take(a, i, axis=1)


def mask(a):
    return a[a > 2]


def where(a, b):
    return np.where(a > b, a, b)


def nonzero(a):
    return np.argwhere(a > 2)


def diagonal(m):
    return np.diagonal(m)


def sort(b):
    return np.sort(b, axis=1)


def sort_trap(b):
    return np.sort(b, axis=1)


def argsort(b):
    return np.argsort(b, axis=1)


def top_k(v):
    return np.sort(v)[::-1][:2]


def unique(labels):
    return np.unique(labels)


def unique_trap(labels):
    return np.unique(labels)


# Arithmetic.


def add(a, b):
    return np.add(a, b)


def add_method(a, b):
    return a.__add__(b)


def add_method_trap(a, b):
    return a.add(b)


def multiply(a, b):
    return np.multiply(a, b)


def power(a):
    return np.power(a, 2)


def square_root(a):
    return np.sqrt(a)


def exponential(a):
    return np.exp(-a)


def logarithm(a):
    return np.log1p(a)


def absolute(a, b):
    return np.abs(a - b)


def larger(a, b):
    return np.maximum(a, b)


def clip(a):
    return np.clip(a, 1, 3)


def round(a):
    return np.round(a / 2)


def floor_divide(a):
    return (a - 3) // 2


def remainder(a):
    return np.mod(a - 3, 2)


def remainder_trap(a):
    return np.fmod(a - 3, 2)


# Over an axis.


def sum(a):
    return np.sum(a)


def sum_axis(a):
    return np.sum(a, axis=1)


def mean_axis(a):
    return np.mean(a, axis=0, keepdims=True)


def max_axis(a):
    return np.max(a, axis=1)


def max_axis_trap(a):
    return np.max(a, axis=1)


def argmax(b):
    return np.argmax(b, axis=1)


def deviation(a):
    return np.std(a)


def deviation_trap(a):
    return np.std(a)


def cumulative(a):
    return np.cumsum(a, axis=1)


def any(a):
    return np.any(a > 2, axis=1)


def norm(a):
    return np.linalg.norm(a)


def count(labels):
    return np.bincount(labels)


# Products.


def matmul(a, w):
    return np.matmul(a, w)


def operator(a, w):
    return a @ w


def dot(v):
    return np.dot(v, v)


def dot_trap(a, w):
    return np.dot(a, w)


def outer(v):
    return np.outer(v, v)


def einsum(a, w):
    return np.einsum("ij,jk->ik", a, w)


# Types and classes.


def cast(a):
    return a.astype(np.int32)


def one_hot(labels):
    return np.eye(4)[labels]


def softmax(a):
    return np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)


def all_close(a):
    return np.allclose(a, a + 1e-9)


def to_list(a):
    return a.tolist()
