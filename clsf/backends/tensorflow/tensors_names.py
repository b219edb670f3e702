"""The same operations under this library's names. Steps of programs: see clsf.tensors.program.

Each is the second step after `inputs`. One that ends in _trap is what somebody would write who knows one library and guesses
the other.
"""

import tensorflow as tf


def inputs(rows, columns):
    a = tf.reshape(tf.range(rows * columns, dtype=tf.float32), (rows, columns))
    b = (5 * a + 3) % 7
    c = tf.reshape(tf.range(rows * columns * 4), (rows, columns, 4))
    m = tf.reshape(tf.range(9), (3, 3))
    r = tf.range(8)
    v = a[0] + 1
    w = tf.transpose(a)
    i = tf.constant([columns - 1, 0])
    labels = tf.constant([3, 0, 2, 2, 1])
    return a, b, c, m, r, v, w, i, labels


# Making.


def zeros():
    return tf.zeros((2, 3))


def ones():
    return tf.ones((2, 3))


def full():
    return tf.fill((2, 3), 7)


def arange():
    return tf.range(0, 10, 2)


def linspace():
    return tf.linspace(0.0, 1.0, 5)


def eye():
    return tf.eye(3)


def zeros_like(a):
    return tf.zeros_like(a)


# Shape.


def reshape(a):
    return tf.reshape(a, (-1, 1))


def flatten(a):
    return tf.reshape(a, [-1])


def transpose(a):
    return tf.transpose(a, (1, 0))


def transpose_trap(a):
    return tf.transpose(a)


def move_axis(c):
    return tf.transpose(c, (2, 0, 1))


def swap_axes(c):
    return tf.transpose(c, (2, 1, 0))


def expand_dims(a):
    return tf.expand_dims(a, axis=0)


def new_axis(a):
    return a[tf.newaxis, :]


def squeeze(a):
    return tf.squeeze(a[tf.newaxis, :])


def squeeze_trap(c):
    return tf.squeeze(c, axis=0)


def broadcast_to(a, v):
    return tf.broadcast_to(v, a.shape)


def tile(a):
    return tf.tile(a, (2, 1))


def repeat(v):
    return tf.repeat(v, 2)


def repeat_trap(v):
    return tf.repeat(v, 2)


def flip(a):
    return tf.reverse(a, axis=[0])


def flip_trap(a):
    return a[::-1]


def roll(v):
    return tf.roll(v, 1, axis=0)


def pad(a):
    return tf.pad(a, ((0, 0), (1, 2)))


# Joining and cutting.


def concatenate(a, b):
    return tf.concat([a, b], axis=0)


def stack(a, b):
    return tf.stack([a, b])


def split(r):
    return tf.split(r, 2)


def split_trap(r):
    return tf.split(r, 2)


def unstack(a):
    return tf.unstack(a)


# Choosing elements.


def take(a, i):
    return tf.gather(a, i, axis=1)


def mask(a):
    return tf.boolean_mask(a, a > 2)


def where(a, b):
    return tf.where(a > b, a, b)


def nonzero(a):
    return tf.where(a > 2)


def diagonal(m):
    return tf.linalg.diag_part(m)


def sort(b):
    return tf.sort(b, axis=1)


def sort_trap(b):
    return tf.sort(b, axis=1)


def argsort(b):
    return tf.argsort(b, axis=1)


def top_k(v):
    return tf.math.top_k(v, 2).values


def unique(labels):
    return tf.sort(tf.unique(labels).y)


def unique_trap(labels):
    return tf.unique(labels).y


# Arithmetic.


def add(a, b):
    return tf.add(a, b)


def add_method(a, b):
    return a.__add__(b)


def add_method_trap(a, b):
    return a.add(b)


def multiply(a, b):
    return tf.multiply(a, b)


def power(a):
    return tf.pow(a, 2)


def square_root(a):
    return tf.sqrt(a)


def exponential(a):
    return tf.exp(-a)


def logarithm(a):
    return tf.math.log1p(a)


def absolute(a, b):
    return tf.abs(a - b)


def larger(a, b):
    return tf.maximum(a, b)


def clip(a):
    return tf.clip_by_value(a, 1, 3)


def round(a):
    return tf.round(a / 2)


def floor_divide(a):
    return (a - 3) // 2


def remainder(a):
    return tf.math.mod(a - 3, 2)


def remainder_trap(a):
    return tf.truncatemod(a - 3, 2)


# Over an axis.


def sum(a):
    return tf.reduce_sum(a)


def sum_axis(a):
    return tf.reduce_sum(a, axis=1)


def mean_axis(a):
    return tf.reduce_mean(a, axis=0, keepdims=True)


def max_axis(a):
    return tf.reduce_max(a, axis=1)


def max_axis_trap(a):
    return tf.reduce_max(a, axis=1)


def argmax(b):
    return tf.argmax(b, axis=1)


def deviation(a):
    return tf.math.reduce_std(a)


def deviation_trap(a):
    return tf.math.reduce_std(a)


def cumulative(a):
    return tf.cumsum(a, axis=1)


def any(a):
    return tf.reduce_any(a > 2, axis=1)


def norm(a):
    return tf.norm(a)


def count(labels):
    return tf.math.bincount(labels)


# Products.


def matmul(a, w):
    return tf.matmul(a, w)


def operator(a, w):
    return a @ w


def dot(v):
    return tf.tensordot(v, v, 1)


def dot_trap(a, w):
    return tf.tensordot(a, w, 1)


def outer(v):
    return tf.tensordot(v, v, 0)


def einsum(a, w):
    return tf.einsum("ij,jk->ik", a, w)


# Types and classes.


def cast(a):
    return tf.cast(a, tf.int32)


def one_hot(labels):
    return tf.one_hot(labels, 4)


def softmax(a):
    return tf.nn.softmax(a, axis=1)


def all_close(a):
    return tf.reduce_all(tf.abs(a - (a + 1e-9)) < 1e-6)


def to_list(a):
    return a.numpy().tolist()
