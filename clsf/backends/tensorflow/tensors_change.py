"""Changing one element, or all of them. Steps of programs: see clsf.tensors.program.

Each returns the object's identity and the address of its numbers in memory, before and after.
"""

import numpy as np
import tensorflow as tf


def assign(values, index, value):
    def address(tensor):
        return np.asarray(memoryview(tensor)).ctypes.data

    t = tf.constant(values)
    before = id(t), address(t)
    t[index] = value
    after = id(t), address(t)
    return t, before, after


def add_in_place(values, value):
    def address(tensor):
        return np.asarray(memoryview(tensor)).ctypes.data

    t = tf.constant(values)
    before = id(t), address(t)
    t += value
    after = id(t), address(t)
    return t, before, after


def right_way(values, index, value):
    def address(tensor):
        return np.asarray(memoryview(tensor)).ctypes.data

    t = tf.constant(values)
    before = id(t), address(t)
    t = tf.tensor_scatter_nd_update(t, [index], [value])
    after = id(t), address(t)
    return t, before, after


def variable_assign(values, index, value):
    def address(variable):
        return np.asarray(memoryview(variable.read_value())).ctypes.data

    v = tf.Variable(values)
    before = id(v), address(v)
    v[index] = value
    after = id(v), address(v)
    return v, before, after


def variable_add_in_place(values, value):
    def address(variable):
        return np.asarray(memoryview(variable.read_value())).ctypes.data

    v = tf.Variable(values)
    before = id(v), address(v)
    v += value
    after = id(v), address(v)
    return v, before, after


def variable_right_way(values, index, value):
    def address(variable):
        return np.asarray(memoryview(variable.read_value())).ctypes.data

    v = tf.Variable(values)
    before = id(v), address(v)
    v[index].assign(value)
    after = id(v), address(v)
    return v, before, after
