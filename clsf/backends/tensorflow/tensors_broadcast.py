"""Adding two tensors of different shapes. Steps of programs: see clsf.tensors.program."""

import tensorflow as tf


def add(left, right):
    a = tf.ones(left)
    b = tf.ones(right)
    return (a + b).shape


def numbers(left, left_size, right, right_size):
    a = tf.reshape(tf.range(left_size), left)
    b = 10 * tf.reshape(tf.range(1, right_size + 1), right)
    return a, b, a + b
