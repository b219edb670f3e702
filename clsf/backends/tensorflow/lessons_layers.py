"""What layers make of shapes, and what they learn. Steps of programs: see clsf.tensors.program."""

import keras
import numpy as np
import tensorflow as tf


def conv_shape(shape, filters, kernel_size, strides, padding):
    x = tf.zeros(shape)
    layer = keras.layers.Conv2D(filters, kernel_size, strides=strides, padding=padding)
    return layer(x).shape


def conv_parameters(shape, filters, kernel_size):
    layer = keras.layers.Conv2D(filters, kernel_size)
    layer.build(shape)
    return layer.count_params()


def conv_kernel_shape(shape, filters, kernel_size):
    layer = keras.layers.Conv2D(filters, kernel_size)
    layer.build(shape)
    return layer.kernel.shape


def pool_shape(shape, pool_size):
    x = tf.zeros(shape)
    return keras.layers.MaxPool2D(pool_size)(x).shape


def pool_parameters(shape, pool_size):
    layer = keras.layers.MaxPool2D(pool_size)
    layer.build(shape)
    return layer.count_params()


def flatten_shape(shape):
    x = tf.zeros(shape)
    return keras.layers.Flatten()(x).shape


def dense_parameters(inputs, units):
    layer = keras.layers.Dense(units)
    layer.build((None, inputs))
    return layer.count_params()


def dense_kernel_shape(inputs, units):
    layer = keras.layers.Dense(units)
    layer.build((None, inputs))
    return layer.kernel.shape


def dense_on_image(shape, units):
    x = tf.zeros(shape)
    return keras.layers.Dense(units)(x).shape


def relu(values):
    return tf.nn.relu(values).numpy().tolist()


def two_linear_layers(x):
    first, second = keras.layers.Dense(4, use_bias=False), keras.layers.Dense(1, use_bias=False)
    y = second(first(tf.constant([[x]])))
    one_kernel = first.kernel @ second.kernel
    return bool(np.allclose(y, x * one_kernel))


def shuffled_pixels_dense(seed):
    rng = np.random.default_rng(seed)
    image, kernel = rng.random(784), rng.random((784, 10))
    order = rng.permutation(784)
    before = tf.matmul(image[None], kernel)
    after = tf.matmul(image[order][None], kernel[order])
    return bool(np.allclose(before, after))


def shuffled_pixels_conv(seed):
    rng = np.random.default_rng(seed)
    image, kernel = rng.random((1, 8, 8, 1)), rng.random((3, 3, 1, 1))
    order = rng.permutation(64)
    shuffled = image.reshape(1, 64)[:, order].reshape(1, 8, 8, 1)
    before = tf.nn.conv2d(image, kernel, strides=1, padding="SAME")
    after = tf.nn.conv2d(shuffled, kernel, strides=1, padding="SAME")
    return bool(np.allclose(np.sort(before, axis=None), np.sort(after, axis=None)))


def shifted_conv(shift):
    image = np.zeros((1, 12, 12, 1), "float32")
    image[0, 4:6, 4:6] = 1
    layer = keras.layers.Conv2D(1, 3, padding="same")
    before = layer(image).numpy()
    after = layer(np.roll(image, shift, axis=2)).numpy()
    return bool(np.allclose(np.roll(before, shift, axis=2), after, atol=1e-6))


def dropout(training):
    x = tf.ones((1, 1000))
    y = keras.layers.Dropout(0.5)(x, training=training)
    return bool(tf.reduce_any(y == 0))


def dropout_left_out():
    x = tf.ones((1, 1000))
    y = keras.layers.Dropout(0.5)(x)
    return bool(tf.reduce_any(y == 0))


def padded_same(shape, strides):
    x = tf.zeros(shape)
    return keras.layers.Conv2D(8, 3, strides=strides, padding="same")(x).shape


def other_image_size(side):
    conv = keras.layers.Conv2D(8, 3)
    conv(tf.zeros((1, 28, 28, 1)))
    return conv(tf.zeros((1, side, side, 1))).shape


def other_size_into_dense(side):
    dense = keras.layers.Dense(10)
    dense(tf.zeros((1, 28 * 28)))
    return dense(tf.zeros((1, side * side))).shape


def permuted(shape, order):
    x = tf.zeros(shape)
    return tf.transpose(x, order).shape


def weights_of(inputs, units):
    layer = keras.layers.Dense(units)
    layer.build((None, inputs))
    return len(layer.get_weights())


def shape_called(values):
    t = tf.constant(values)
    return t.shape()


def kind_of_shape(values):
    t = tf.constant(values)
    return [type(t.shape).__name__, type(tf.shape(t)).__name__]


def dropped_mean(rate):
    keras.utils.set_random_seed(0)
    x = tf.ones((1, 100_000))
    y = keras.layers.Dropout(rate)(x, training=True)
    return round(float(tf.reduce_mean(y)), 1)
