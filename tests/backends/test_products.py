"""The benchmark's "products alone" are the model's own convolutions and dense layers, at the model's own shapes."""

from __future__ import annotations

from importlib import import_module

from clsf.model.layers import Conv2D, Dense
from clsf.model.presets import preset
from clsf.plan import Plan

SHAPE = (32, 32, 3)


def multiplying(framework: str) -> list[tuple[int, tuple[int, ...]]]:
    """Return the number of weights and the input shape of each layer that multiplies, in the framework's own process."""
    products = import_module(f"clsf.backends.{framework}.products")
    found = products.multiplying(preset("lecture-cnn"), Plan("cifar10", batch_size=32), SHAPE)
    if framework == "torch":  # images as (batch, height, width, channels)
        return [
            (layer.weight.numel(), (size[0], *size[2:], size[1]) if len(size) == 4 else tuple(size)) for layer, size in found
        ]
    return [(int(layer.kernel.shape.num_elements()), tuple(size)) for layer, size in found]


def steps(framework: str) -> None:
    products = import_module(f"clsf.backends.{framework}.products")
    products.products(preset("lecture-cnn"), Plan("cifar10", batch_size=4), SHAPE)(2)


def test_they_are_all_that_the_model_multiplies(framework):
    expected = [
        (facts.weights[0].size, (32, *facts.in_shape))
        for facts in preset("lecture-cnn").analyse(SHAPE).layers
        if isinstance(facts.layer, Conv2D | Dense)
    ]
    assert framework.run(multiplying, framework.framework) == expected
    assert len(expected) == 4
    framework.run(steps, framework.framework)
