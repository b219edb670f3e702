"""The least time that a model's multiply-adds take in TensorFlow: each convolution and dense layer alone, in its fastest form."""

from __future__ import annotations

import timeit
from collections.abc import Callable

import keras
import tensorflow as tf

from clsf.backends.tensorflow import baseline
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

TRIES = 8  # timings of each form, the first of which prepares it; the fastest counts


def products(spec: ModelSpec, plan: Plan, shape: tuple[int, ...]) -> Callable[[int], None]:
    """Return a function that computes the convolutions and matrix products of a number of training steps, and nothing else.

    Per layer: its output, the gradient by its weights, and the gradient by its input (not for the first layer, which needs none),
    without bias, on random numbers of the model's shapes (float32). One layer is computed after the other, compiled by XLA or
    not, whichever was faster here. `shape`: of an image, (height, width, channels).
    """
    layers, sizes = zip(*multiplying(spec, plan, shape), strict=True)
    given = [tf.random.normal(size) for size in sizes]
    backwards = [tf.random.normal((plan.batch_size, *layer.output.shape[1:])) for layer in layers]

    def step() -> list[tf.Tensor]:
        found: list[tf.Tensor] = []
        for n, (layer, images, gradient) in enumerate(zip(layers, given, backwards, strict=True)):
            with tf.control_dependencies(found):
                with tf.GradientTape() as tape:
                    wanted = [layer.kernel.value] if n == 0 else [layer.kernel.value, images]
                    tape.watch(wanted)
                    product = _forward(layer, images)
                found += tape.gradient(product, wanted, gradient)
        return found

    chosen = min((tf.function(step, jit_compile=compiled) for compiled in (False, True)), key=_seconds)

    def compute(steps: int) -> None:
        for _ in range(steps):
            last = chosen()
        last[-1].numpy()

    return compute


def multiplying(spec: ModelSpec, plan: Plan, shape: tuple[int, ...]) -> list[tuple[keras.layers.Layer, tuple[int, ...]]]:
    """Return the convolutions and dense layers, each with the shape of its input, (batch, height, width, channels) or (batch, features)."""
    layers = [layer for layer in baseline.stock_model(spec, shape).layers if hasattr(layer, "kernel")]
    return [(layer, (plan.batch_size, *layer.input.shape[1:])) for layer in layers]


def _forward(layer: keras.layers.Layer, images: tf.Tensor) -> tf.Tensor:
    if isinstance(layer, keras.layers.Conv2D):
        return tf.nn.conv2d(images, layer.kernel.value, layer.strides, layer.padding.upper(), dilations=layer.dilation_rate)
    return tf.matmul(images, layer.kernel.value)


def _seconds(step: Callable[[], list[tf.Tensor]]) -> float:
    return min(timeit.repeat(lambda: step()[-1].numpy(), number=1, repeat=TRIES))
