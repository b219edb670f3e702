"""Training as a student would write it in TensorFlow, without this package: the baseline of the benchmark."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from clsf.backends.tensorflow.optimizers import optimizer as optimizer_of
from clsf.backends.tensorflow.stock import made_of
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

SHUFFLE_BUFFER = 200  # of the lecture


def training_loops(spec: ModelSpec, plan: Plan, prepared: Prepared) -> dict[str, Callable[[int], None]]:
    """Return name -> a function that trains for a number of steps, each with its own model. No TensorFlow setting changes."""
    images = ((prepared.pixels[prepared.train] - prepared.mean) / prepared.deviation).astype("float32")
    labels = prepared.labels[prepared.train]
    return {
        "fit": _fit(spec, plan, images, labels, jit_compile="auto"),
        "fit-without-xla": _fit(spec, plan, images, labels, jit_compile=False),
        "tf-function-loop": _loop(spec, plan, images, labels),
    }


def floor(spec: ModelSpec, plan: Plan, prepared: Prepared) -> Callable[[int], None]:
    """Return a function that takes a number of minimal steps: forward, backward, the optimizer's step; one batch, ready."""
    model = stock_model(spec, prepared.shape)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = optimizer_of(plan)
    optimizer.build(model.trainable_variables)
    pixels = prepared.pixels[prepared.train[: plan.batch_size]]
    x = tf.constant(((pixels - prepared.mean) / prepared.deviation).astype("float32"))
    y = tf.constant(prepared.labels[prepared.train[: plan.batch_size]])

    @tf.function
    def train_step():
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True))
        return loss

    def train(steps: int) -> None:
        for _ in range(steps):
            loss = train_step()
        loss.numpy()

    return train


def stock_model(spec: ModelSpec, shape: tuple[int, ...]) -> keras.Model:
    """Return the model as a student would write it, with Keras' own layers. Raises ValueError for one with branches."""
    if any(layer.rows() for layer in spec.layers):
        raise ValueError("The usual loop is written for models without branches.")
    rows = [facts.layer.keras_on(facts.in_shape) for facts in spec.analyse(shape).layers]
    return keras.Sequential([keras.Input(shape), *(made_of(step.call) for steps in rows for step in steps)])


def _fit(spec: ModelSpec, plan: Plan, images: np.ndarray, labels: np.ndarray, jit_compile: object) -> Callable[[int], None]:
    model = stock_model(spec, images.shape[1:])
    model.compile(
        optimizer_of(plan), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"], jit_compile=jit_compile,
    )  # fmt: skip

    def train(steps: int) -> None:
        count = steps * plan.batch_size
        while count > 0:
            part = min(count, len(images) // plan.batch_size * plan.batch_size)
            model.fit(images[:part], labels[:part], batch_size=plan.batch_size, epochs=1, verbose=0)
            count -= part

    return train


def _loop(spec: ModelSpec, plan: Plan, images: np.ndarray, labels: np.ndarray) -> Callable[[int], None]:
    model = stock_model(spec, images.shape[1:])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = optimizer_of(plan)
    mean_loss, accuracy = keras.metrics.Mean(), keras.metrics.SparseCategoricalAccuracy()
    data = tf.data.Dataset.from_tensor_slices((images, labels)).repeat().shuffle(SHUFFLE_BUFFER).batch(plan.batch_size)

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            loss = loss_of(y, outputs)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        mean_loss(loss)
        accuracy(y, outputs)

    batches = iter(data)

    def train(steps: int) -> None:
        for _ in range(steps):
            train_step(*next(batches))
        mean_loss.result().numpy()

    return train
