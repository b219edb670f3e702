"""Slopes of small functions. Steps of programs: see clsf.tensors.program."""

import tensorflow as tf


def square():
    def f(x):
        return x**2

    return f


def cubic():
    def f(x):
        return x**3 - 3 * x

    return f


def sine():
    def f(x):
        return tf.sin(x)

    return f


def wave():
    def f(x):
        return x * tf.sin(3 * x)

    return f


def bell():
    def f(x):
        return tf.exp(-(x**2))

    return f


def sigmoid():
    def f(x):
        return 1 / (1 + tf.exp(-x))

    return f


def tanh():
    def f(x):
        return tf.tanh(x)

    return f


def relu():
    def f(x):
        return tf.nn.relu(x)

    return f


def absolute():
    def f(x):
        return tf.abs(x)

    return f


def bowl():
    def f(x, y):
        return x**2 + y**2

    return f


def saddle():
    def f(x, y):
        return x**2 - y**2

    return f


def product():
    def f(x, y):
        return x * y

    return f


def valley():
    def f(x, y):
        return (1 - x) ** 2 + 5 * (y - x**2) ** 2

    return f


def ripples():
    def f(x, y):
        return tf.sin(x) * tf.cos(y)

    return f


def slope(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = f(x)
    return value, tape.gradient(value, x)


def second(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            value = f(x)
        first = inner.gradient(value, x)
    return first, outer.gradient(first, x)


def slopes(f, at, beside):
    x = tf.Variable(at, dtype=tf.float64)
    y = tf.Variable(beside, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = f(x, y)
    along_x, along_y = tape.gradient(value, [x, y])
    return value, along_x, along_y


def repeated(f, at, times):
    x = tf.Variable(at, dtype=tf.float64)
    seen = []
    for _ in range(times):
        with tf.GradientTape() as tape:
            value = f(x)
        seen.append(float(tape.gradient(value, x)))
    return seen


def repeated_zeroed(f, at, times):
    x = tf.Variable(at, dtype=tf.float64)
    seen = []
    for _ in range(times):
        with tf.GradientTape() as tape:
            value = f(x)
        seen.append(float(tape.gradient(value, x)))
    return seen


def used_up(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = f(x)
    first = tape.gradient(value, x)
    again = tape.gradient(value, x)
    return first, again


def kept(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        value = f(x)
    first = tape.gradient(value, x)
    again = tape.gradient(value, x)
    return first, again


def stopped(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = x * tf.stop_gradient(f(x))
    return value, tape.gradient(value, x)


def flowing(f, at):
    x = tf.Variable(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = x * f(x)
    return value, tape.gradient(value, x)


def unwatched(f, at):
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = f(x)
    return tape.gradient(value, x)


def watched(f, at):
    x = tf.constant(at, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = f(x)
    return tape.gradient(value, x)
