# ruff: noqa: RET504  the names are for those who read these lines on the page
"""Two names, perhaps one memory: change `a`, look at `b` again. Steps of programs: see clsf.tensors.program."""

import numpy as np
import tensorflow as tf


def part(values, index, value):
    a = tf.Variable(values)
    b = a[0]
    before = b.numpy().copy()
    a[index].assign(value)
    return a, before, b


def reshaped(values, index, value):
    a = tf.Variable(values)
    b = tf.reshape(a, [-1])
    before = b.numpy().copy()
    a[index].assign(value)
    return a, before, b


def transposed(values, index, value):
    a = tf.Variable(values)
    b = tf.transpose(a)
    before = b.numpy().copy()
    a[index].assign(value)
    return a, before, b


def picked(values, index, value):
    a = tf.Variable(values)
    b = tf.gather(a, [0])
    before = b.numpy().copy()
    a[index].assign(value)
    return a, before, b


def copied(values, index, value):
    a = tf.Variable(values)
    b = tf.identity(a)
    before = b.numpy().copy()
    a[index].assign(value)
    return a, before, b


def from_numpy(values, index, value):
    a = np.array(values)
    b = tf.convert_to_tensor(a)
    before = b.numpy().copy()
    a[index] = value
    return a, before, b


def copied_from_numpy(values, index, value):
    a = np.array(values)
    b = tf.constant(a)
    before = b.numpy().copy()
    a[index] = value
    return a, before, b


def to_numpy(values, index, value):
    a = tf.Variable(values)
    b = a.numpy()
    before = b.copy()
    a[index].assign(value)
    return a, before, b


def to_numpy_with_gradient(values):
    a = tf.Variable(values, dtype=tf.float32)
    with tf.GradientTape():
        b = a.numpy()
    return b


def to_numpy_detached(values):
    a = tf.Variable(values, dtype=tf.float32)
    b = tf.stop_gradient(a).numpy()
    return b
