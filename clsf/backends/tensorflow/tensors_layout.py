# ruff: noqa: RET504  the names are for those who read these lines on the page
"""One small image in different orders. Steps of programs: see clsf.tensors.program.

The numbers count along memory, so wherever a number turns up, it says where it came from.
"""

import numpy as np
import tensorflow as tf


def image(height, width, channels):
    x = tf.reshape(tf.range(height * width * channels), (height, width, channels))
    return x


def same(x):
    y = x
    return y


def channels_first(x):
    y = tf.transpose(x, (2, 0, 1))
    return y


def contiguous(x):
    y = tf.identity(tf.transpose(x, (2, 0, 1)))
    return y


def reshaped(x):
    h, w, c = x.shape
    y = tf.reshape(x, (c, h, w))
    return y


def facts(y):
    memory = np.asarray(memoryview(y))
    return y, y.shape, memory.strides, memory.flags.c_contiguous, memory.ravel(order="K"), tf.reshape(y, [-1])
