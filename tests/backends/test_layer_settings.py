"""Every layer with random settings: the printed and the aligned model compute the same, in both frameworks."""

from __future__ import annotations

import numpy as np
import pytest

from clsf.backends.initial import stream
from clsf.model.layers import PLAIN
from clsf.model.spec import ModelSpec
from tests.layer_settings import settings

EXACT = 1e-12  # of the largest number, float64
ROUNDED = 1e-7
"""Of functions that the frameworks' own layers take through float32, whatever the dtype; ours do not."""


def drawn(layer, shape, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return two images and weights, none at its default."""
    rng = stream(seed, "settings", type(layer).__name__)
    facts = ModelSpec("x", (layer,)).analyse(shape)
    positive = ("gamma", "moving_variance")
    weights = {
        name: rng.uniform(0.5, 1.5, weight.shape) if weight.name in positive else rng.normal(0, 0.5, weight.shape)
        for name, weight in facts.named_weights().items()
    }
    return rng.normal(0, 1, (2, *shape)), weights


def through(found: list, framework: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the outputs of the stock and the aligned model of each layer; runs in the framework's process."""
    from importlib import import_module

    from clsf.plan import Plan

    build = import_module(f"clsf.backends.{framework}.build")
    outputs = []
    for number, (layer, shape) in enumerate(found):
        spec, (images, weights) = ModelSpec("x", (layer,)), drawn(layer, shape, number)
        built = build.BuiltModel(spec, shape, Plan("x", dtype="float64"), native_dropout=True)
        built.set_weights(weights)
        one = in_tensorflow if framework == "tensorflow" else in_torch
        outputs.append(one(spec, shape, built, images, weights))
    return outputs


def in_tensorflow(spec, shape, built, images, weights):
    from clsf.backends.tensorflow.stock import Stock

    stock = Stock(spec.layers, shape, "float64", {"1": "layer"})
    stock.set_weights(weights)
    return tuple(np.asarray(model(images, training=False)) for model in (stock.model, built.model))


def in_torch(spec, shape, built, images, weights):
    import torch

    from clsf.backends.torch.stock import Stock
    from clsf.code.model import SourceModel

    stock = Stock(SourceModel(spec, shape, None))
    inside = torch.from_numpy(images)
    inside = inside.permute(0, 3, 1, 2) if inside.ndim == 4 else inside
    model = stock.model().double()
    stock.set_weights(weights)
    outputs = []
    for one in (model, built.model):
        with torch.no_grad():
            y = one.eval()(inside)
        outputs.append((y.permute(0, 2, 3, 1) if y.ndim == 4 else y).numpy())
    return tuple(outputs)


def check(kind, count, tensorflow, torch):
    found = settings(kind, count)
    assert len(found) == count
    both = zip(tensorflow.run(through, found, "tensorflow"), torch.run(through, found, "torch"), strict=True)
    for number, ((layer, shape), (one, other)) in enumerate(zip(found, both, strict=True)):
        stock, aligned = one
        said = f"{number}: {layer} on {shape}"
        for values in (*one, *other):
            assert values.shape[1:] == layer.out_shape(shape), said
        size = max(1.0, np.abs(aligned).max())
        np.testing.assert_allclose(other[1], aligned, rtol=0, atol=EXACT * size, err_msg=said)
        near = ROUNDED if layer.function in ("gelu", "leaky_relu", "softplus") else EXACT
        for values in (stock, other[0]):
            np.testing.assert_allclose(values, aligned, rtol=0, atol=near * size, err_msg=said)


@pytest.mark.parametrize("kind", PLAIN.values(), ids=PLAIN)
def test_stock_and_aligned_models_compute_the_same(kind, tensorflow, torch):
    check(kind, 12, tensorflow, torch)


@pytest.mark.parametrize("count", [pytest.param(150, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.full)])
@pytest.mark.parametrize("kind", PLAIN.values(), ids=PLAIN)
def test_stock_and_aligned_models_compute_the_same_on_many_settings(kind, count, tensorflow, torch):
    check(kind, count, tensorflow, torch)
