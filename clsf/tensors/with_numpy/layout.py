# ruff: noqa: RET504  the names are for those who read these lines on the page
"""One small image in different orders. Steps of programs: see clsf.tensors.program.

The numbers count along memory, so wherever a number turns up, it says where it came from.
"""

import numpy as np


def image(height, width, channels):
    x = np.arange(height * width * channels).reshape(height, width, channels)
    return x


def same(x):
    y = x
    return y


def channels_first(x):
    y = x.transpose(2, 0, 1)
    return y


def contiguous(x):
    y = np.ascontiguousarray(x.transpose(2, 0, 1))
    return y


def reshaped(x):
    h, w, c = x.shape
    y = x.reshape(c, h, w)
    return y


def facts(y):
    return y, y.shape, y.strides, y.flags.c_contiguous, y.ravel(order="K"), y.reshape(-1)
