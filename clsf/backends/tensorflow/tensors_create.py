# ruff: noqa: RET504  the names are for those who read these lines on the page
"""Making a tensor, and asking it what it is. Steps of programs: see clsf.tensors.program."""

import tensorflow as tf


def from_list(values, dtype):
    t = tf.constant(values, dtype=dtype)
    return t


def inferred(values):
    t = tf.constant(values)
    return t


def from_range(start, stop, step, dtype):
    t = tf.range(start, stop, step, dtype=dtype)
    return t


def range_inferred(start, stop, step):
    t = tf.range(start, stop, step)
    return t


def normal(size, mean, deviation, seed, dtype):
    random = tf.random.Generator.from_seed(seed)
    t = random.normal(size, mean, deviation, dtype=dtype)
    return t


def uniform(size, low, high, seed, dtype):
    random = tf.random.Generator.from_seed(seed)
    t = random.uniform(size, low, high, dtype=dtype)
    return t


def zeros(size):
    t = tf.zeros(size)
    return t


def reshape(t, shape):
    t = tf.reshape(t, shape)
    return t


def pick(t, index):
    return t[index]


def whole(t):
    return t


def kind(t):
    return type(t).__name__


def dtype(t):
    return t.dtype


def rank(t):
    return t.ndim


def shape(t):
    return t.shape


def count(t):
    return tf.size(t)


def itemsize(t):
    return t.dtype.size


def device(t):
    return t.device


def strides(t):
    return t.strides
