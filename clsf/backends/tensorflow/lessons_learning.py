"""Losses, steps and metrics on a few numbers. Steps of programs: see clsf.tensors.program."""

import keras
import numpy as np
import tensorflow as tf


def softmax(z):
    return [round(p, 3) for p in tf.nn.softmax(z).numpy().tolist()]


def softmax_shifted(z, more):
    return bool(np.allclose(tf.nn.softmax(z), tf.nn.softmax(np.add(z, more))))


def softmax_sum(z):
    return round(float(tf.reduce_sum(tf.nn.softmax(z))), 3)


def loss(z, label):
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return round(float(loss_fn(tf.constant([label]), tf.constant([z]))), 3)


def loss_one_hot(z, label):
    loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True)
    return round(float(loss_fn(tf.one_hot([label], len(z)), tf.constant([z]))), 3)


def loss_after_softmax(z, label):
    p = tf.nn.softmax([z])
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return round(float(loss_fn(tf.constant([label]), p)), 3)


def gradient_of_loss(z, label):
    z = tf.Variable([z])
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant([label]), z)
    return [round(float(g), 3) for g in tape.gradient(loss, z)[0]]


def sgd(start, learning_rate, steps):
    w = tf.Variable(start)
    optimizer = keras.optimizers.SGD(learning_rate)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = w**2
        optimizer.apply(tape.gradient([loss], [w]), [w])
    return round(float(w), 3)


def momentum(start, learning_rate, steps):
    w = tf.Variable(start)
    optimizer = keras.optimizers.SGD(learning_rate, momentum=0.9)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = w**2
        optimizer.apply(tape.gradient([loss], [w]), [w])
    return round(float(w), 3)


def adam(start, learning_rate, steps):
    w = tf.Variable(start)
    optimizer = keras.optimizers.Adam(learning_rate)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = w**2
        optimizer.apply(tape.gradient([loss], [w]), [w])
    return round(float(w), 3)


def twice_without_zero(start):
    w = tf.Variable(start)
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = w**2
        gradient = tape.gradient(loss, w)
    return float(gradient)


def accuracy(probabilities, labels):
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(labels, probabilities)
    return round(float(metric.result()), 3)


def accuracy_equal(probabilities, labels):
    metric = keras.metrics.Accuracy()
    metric.update_state(labels, tf.reduce_max(probabilities, axis=1))
    return round(float(metric.result()), 3)


def accuracy_kept(first, second):
    metric = keras.metrics.Mean()
    for value in first:
        metric.update_state(value)
    for value in second:
        metric.update_state(value)
    return round(float(metric.result()), 3)


def accuracy_of_always(label, labels):
    predicted = [label] * len(labels)
    return round(float(tf.reduce_mean(tf.cast(tf.equal(predicted, labels), tf.float32))), 3)


def labels_as_column(labels):
    y = tf.constant(labels)[:, None]
    predicted = tf.constant(labels)
    return (y == predicted).shape


def optimizer_by_name(name):
    return round(float(keras.optimizers.get(name).learning_rate), 4)


def downhill(rule, learning_rate, steps):
    x, y = tf.Variable(-8.0), tf.Variable(1.5)
    rules = {
        "sgd": keras.optimizers.SGD(learning_rate),
        "momentum": keras.optimizers.SGD(learning_rate, momentum=0.9),
        "rmsprop": keras.optimizers.RMSprop(learning_rate),
        "adam": keras.optimizers.Adam(learning_rate),
    }
    way = [(float(x), float(y))]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = 0.05 * x**2 + y**2
        rules[rule].apply(tape.gradient(loss, [x, y]), [x, y])
        way.append((float(x), float(y)))
    return str(way)
