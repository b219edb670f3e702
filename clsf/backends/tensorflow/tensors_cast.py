# ruff: noqa: RET504  the names are for those who read these lines on the page
"""From one number type to another. Steps of programs: see clsf.tensors.program."""

import tensorflow as tf


def cast(t, target):
    return tf.cast(t, target)


def add(left, right, dtype):
    total = tf.constant(left, dtype=dtype) + tf.constant(right, dtype=dtype)
    return total


def whole(total):
    return total


def digits(total):
    return f"{float(total):.20g}"


def infer(value):
    return tf.constant(value).dtype


def promote(left, right):
    a = tf.ones(2, dtype=left)
    b = tf.ones(2, dtype=right)
    return (a + b).dtype


def promote_number(left, number):
    a = tf.ones(2, dtype=left)
    return (a + number).dtype
