"""The same operations under this library's names. Steps of programs: see clsf.tensors.program.

Each is the second step after `inputs`. One that ends in _trap is what somebody would write who knows one library and guesses
the other.
"""

import torch


def inputs(rows, columns):
    a = torch.arange(rows * columns, dtype=torch.float32).reshape(rows, columns)
    b = (5 * a + 3) % 7
    c = torch.arange(rows * columns * 4).reshape(rows, columns, 4)
    m = torch.arange(9).reshape(3, 3)
    r = torch.arange(8)
    v = a[0] + 1
    w = a.permute(1, 0)
    i = torch.tensor([columns - 1, 0])
    labels = torch.tensor([3, 0, 2, 2, 1])
    return a, b, c, m, r, v, w, i, labels


# Making.


def zeros():
    return torch.zeros((2, 3))


def ones():
    return torch.ones((2, 3))


def full():
    return torch.full((2, 3), 7)


def arange():
    return torch.arange(0, 10, 2)


def linspace():
    return torch.linspace(0.0, 1.0, 5)


def eye():
    return torch.eye(3)


def zeros_like(a):
    return torch.zeros_like(a)


# Shape.


def reshape(a):
    return a.reshape(-1, 1)


def flatten(a):
    return a.flatten()


def transpose(a):
    return a.permute(1, 0)


def transpose_trap(a):
    return torch.transpose(a)


def move_axis(c):
    return torch.movedim(c, 2, 0)


def swap_axes(c):
    return torch.transpose(c, 0, 2)


def expand_dims(a):
    return torch.unsqueeze(a, dim=0)


def new_axis(a):
    return a[None, :]


def squeeze(a):
    return torch.squeeze(a[None, :])


def squeeze_trap(c):
    return torch.squeeze(c, dim=0)


def broadcast_to(a, v):
    return torch.broadcast_to(v, a.shape)


def tile(a):
    return torch.tile(a, (2, 1))


def repeat(v):
    return torch.repeat_interleave(v, 2)


def repeat_trap(v):
    return v.repeat(2)


def flip(a):
    return torch.flip(a, dims=[0])


def flip_trap(a):
    return a[::-1]


def roll(v):
    return torch.roll(v, 1)


def pad(a):
    return torch.nn.functional.pad(a, (1, 2, 0, 0))


# Joining and cutting.


def concatenate(a, b):
    return torch.cat([a, b], dim=0)


def stack(a, b):
    return torch.stack([a, b])


def split(r):
    return torch.chunk(r, 2)


def split_trap(r):
    return torch.split(r, 2)


def unstack(a):
    return torch.unbind(a)


# Choosing elements.


def take(a, i):
    return torch.index_select(a, 1, i)


def mask(a):
    return a[a > 2]


def where(a, b):
    return torch.where(a > b, a, b)


def nonzero(a):
    return torch.argwhere(a > 2)


def diagonal(m):
    return torch.diagonal(m)


def sort(b):
    return torch.sort(b, dim=1).values


def sort_trap(b):
    return torch.sort(b, dim=1)


def argsort(b):
    return torch.argsort(b, dim=1)


def top_k(v):
    return torch.topk(v, 2).values


def unique(labels):
    return torch.unique(labels)


def unique_trap(labels):
    return torch.unique(labels)


# Arithmetic.


def add(a, b):
    return torch.add(a, b)


def add_method(a, b):
    return a.add(b)


def add_method_trap(a, b):
    return a.add(b)


def multiply(a, b):
    return torch.mul(a, b)


def power(a):
    return torch.pow(a, 2)


def square_root(a):
    return torch.sqrt(a)


def exponential(a):
    return torch.exp(-a)


def logarithm(a):
    return torch.log1p(a)


def absolute(a, b):
    return torch.abs(a - b)


def larger(a, b):
    return torch.maximum(a, b)


def clip(a):
    return torch.clamp(a, 1, 3)


def round(a):
    return torch.round(a / 2)


def floor_divide(a):
    return (a - 3) // 2


def remainder(a):
    return torch.remainder(a - 3, 2)


def remainder_trap(a):
    return torch.fmod(a - 3, 2)


# Over an axis.


def sum(a):
    return torch.sum(a)


def sum_axis(a):
    return torch.sum(a, dim=1)


def mean_axis(a):
    return torch.mean(a, dim=0, keepdim=True)


def max_axis(a):
    return torch.max(a, dim=1).values


def max_axis_trap(a):
    return torch.max(a, dim=1)


def argmax(b):
    return torch.argmax(b, dim=1)


def deviation(a):
    return torch.std(a, correction=0)


def deviation_trap(a):
    return torch.std(a)


def cumulative(a):
    return torch.cumsum(a, dim=1)


def any(a):
    return torch.any(a > 2, dim=1)


def norm(a):
    return torch.linalg.norm(a)


def count(labels):
    return torch.bincount(labels)


# Products.


def matmul(a, w):
    return torch.matmul(a, w)


def operator(a, w):
    return a @ w


def dot(v):
    return torch.dot(v, v)


def dot_trap(a, w):
    return torch.dot(a, w)


def outer(v):
    return torch.outer(v, v)


def einsum(a, w):
    return torch.einsum("ij,jk->ik", a, w)


# Types and classes.


def cast(a):
    return a.to(torch.int32)


def one_hot(labels):
    return torch.nn.functional.one_hot(labels, 4)


def softmax(a):
    return torch.softmax(a, dim=1)


def all_close(a):
    return torch.allclose(a, a + 1e-9)


def to_list(a):
    return a.tolist()
