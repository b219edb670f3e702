"""Own parts of a program, in the way of Keras. Steps of programs: see clsf.tensors.program."""

import keras
import numpy as np
import tensorflow as tf


def stopwatch_prints(fails):
    class Stopwatch:
        def __enter__(self):
            print("start")
            return self

        def __exit__(self, kind, value, trace_back):
            print("stop")
            return True

    with Stopwatch():
        if fails:
            raise ValueError
        print("work")


def own_layer(inputs):
    class Scale(keras.layers.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, x):
            return x * self.factor

    layer = Scale()
    layer(tf.zeros((1, inputs)))
    return layer.count_params()


def own_callback(epochs):
    class Told(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            print("epoch", epoch)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 2)), np.zeros((4, 1)), epochs=epochs, verbose=0, callbacks=[Told()])


def dataset_batches(images, batch_size):
    dataset = tf.data.Dataset.range(images).batch(batch_size)
    return len(dataset)


def one_layer_twice(units):
    shared = keras.layers.Dense(units, use_bias=False)
    x = keras.Input((units,))
    model = keras.Model(x, shared(shared(x)))
    return model.count_params()


def frozen_model(units):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.layers[0].trainable = False
    return len(model.trainable_weights)


def largest_pool_first(values):
    x = tf.constant(values)
    one = tf.reduce_max(tf.nn.relu(x))
    other = tf.nn.relu(tf.reduce_max(x))
    return bool(one == other)


def workers_agree(values, workers):
    whole = tf.Variable(1.0, dtype=tf.float64)
    x = tf.constant(values, tf.float64)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((whole * x - 1) ** 2)
    big = tape.gradient(loss, whole)
    parts = []
    for part in tf.split(x, workers):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((whole * part - 1) ** 2)
        parts.append(tape.gradient(loss, whole))
    return bool(abs(tf.reduce_mean(parts) - big) < 1e-12)


def workers_statistics(values, workers):
    x = tf.constant(values, tf.float64)
    whole = tf.math.reduce_variance(x)
    parts = [tf.math.reduce_variance(part) for part in tf.split(x, workers)]
    return bool(abs(tf.reduce_mean(parts) - whole) < 1e-12)


def callback_used(Told):
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.08), "mse")
    x, y = np.ones((12, 2)), np.zeros((12, 1))
    history = model.fit(x, y, batch_size=4, epochs=3, verbose=0, callbacks=[Told()])
    print("epochs:", len(history.history["loss"]))


def two_outputs(images):
    x = keras.Input((4,))
    model = keras.Model(x, [keras.layers.Dense(3)(x), keras.layers.Dense(1)(x)])
    answers = model(tf.zeros((images, 4)))
    return len(answers)


def own_loss(labels, answers):
    def far(y, answer):
        return tf.reduce_mean(tf.abs(y - answer))

    model = keras.Sequential([keras.layers.Activation("linear")])
    model.compile("sgd", loss=far)
    return round(model.evaluate(np.array([answers]), np.array([labels]), verbose=0), 2)


def first_batches(images, batch_size, count):
    dataset = tf.data.Dataset.range(images).batch(batch_size)
    return sum(len(batch) for batch in dataset.take(count))


def steps_of_fit(eagerly):
    class Net(keras.Model):
        def train_step(self, data):
            print("Python")
            return {"loss": tf.constant(0.0)}

    model = Net()
    model.compile(run_eagerly=eagerly)
    model.fit(np.zeros((12, 2)), np.zeros((12, 1)), batch_size=4, verbose=0)
