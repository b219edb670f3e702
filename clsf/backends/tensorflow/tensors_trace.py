"""Shapes and side effects while a function is traced, call after call. Steps of programs: see clsf.tensors.program."""

from time import perf_counter

import tensorflow as tf


def lens(sizes):
    def zeros(t):
        h, w = t[0], t[1]
        made = tf.zeros((h, w))
        print("t.shape:", t.shape)
        print("t.get_shape():", t.get_shape())
        print("tf.shape(t):", tf.shape(t))
        print("made.shape:", made.shape)
        print("made.get_shape():", made.get_shape())
        print("tf.shape(made):", tf.shape(made))
        return made

    results = []
    for number, size in enumerate(sizes, start=1):
        print("call", number)
        results.append(zeros(tf.constant(size)))
    return results


def lens_traced(sizes):
    @tf.function
    def zeros(t):
        h, w = t[0], t[1]
        made = tf.zeros((h, w))
        print("t.shape:", t.shape)
        print("t.get_shape():", t.get_shape())
        print("tf.shape(t):", tf.shape(t))
        print("made.shape:", made.shape)
        print("made.get_shape():", made.get_shape())
        print("tf.shape(made):", tf.shape(made))
        return made

    results = []
    for number, size in enumerate(sizes, start=1):
        print("call", number)
        results.append(zeros(tf.constant(size)))
    return results


def calls(arguments):
    @tf.function
    def double(x):
        print("inside")
        return x * 2

    results = []
    for x in arguments:
        results.append(double(x))
    return results


def counter(arguments):
    log = []
    runs = tf.Variable(0)

    @tf.function
    def double(x):
        print("tracing with", x)
        log.append(x)
        runs.assign_add(1)
        return x * 2

    calls = []
    for number, x in enumerate(arguments, start=1):
        print("call", number)
        start = perf_counter()
        try:
            y = double(x)
        except (TypeError, ValueError) as error:
            y = error
        calls.append((len(log), perf_counter() - start, y))
    return calls, len(log), runs, double.pretty_printed_concrete_signatures()


def counter_signature(arguments, dtype):
    log = []
    runs = tf.Variable(0)

    @tf.function(input_signature=[tf.TensorSpec(shape=[None], dtype=dtype)])
    def double(x):
        print("tracing with", x)
        log.append(x)
        runs.assign_add(1)
        return x * 2

    calls = []
    for number, x in enumerate(arguments, start=1):
        print("call", number)
        start = perf_counter()
        try:
            y = double(x)
        except (TypeError, ValueError) as error:
            y = error
        calls.append((len(log), perf_counter() - start, y))
    return calls, len(log), runs, double.pretty_printed_concrete_signatures()


def counter_relaxed(arguments):
    log = []
    runs = tf.Variable(0)

    @tf.function(reduce_retracing=True)
    def double(x):
        print("tracing with", x)
        log.append(x)
        runs.assign_add(1)
        return x * 2

    calls = []
    for number, x in enumerate(arguments, start=1):
        print("call", number)
        start = perf_counter()
        try:
            y = double(x)
        except (TypeError, ValueError) as error:
            y = error
        calls.append((len(log), perf_counter() - start, y))
    return calls, len(log), runs, double.pretty_printed_concrete_signatures()
