"""One layer on one picture, in each framework's own process, against plain NumPy and values worked out by hand"""

from __future__ import annotations

import json

import numpy as np
import pytest

from clsf.backends.initial import initial_weights
from clsf.layer_stack import stages, weights
from clsf.layer_stack.stages import Filling, Stage
from clsf.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPool2D,
)
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests.backends.reference import Forward, sliding

CLOSE = 2e-6  # of numbers around 1 in float32


def one_layer(framework: str, function: str, *values: object) -> object:
    """Call a job in this process, which is the framework's own."""
    from clsf.engine.work import resolve

    return resolve(f"clsf.backends.{framework}.one_layer:{function}")(*values)


def ask(process, function: str, *values: object) -> object:
    return process.run(one_layer, process.framework, function, *values)


def text(*layers: object) -> str:
    return json.dumps(ModelSpec("chain", layers).to_json())


def image(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random((1, *shape), np.float32)


CHAINS = [
    stages.DEFAULT,
    tuple(
        Stage(x) for x in (Conv2D(3, strides=2, padding="same", activation="tanh"), BatchNorm(), Flatten(), Dense(4, "softmax"))
    ),
    tuple(
        Stage(x)
        for x in (DepthwiseConv2D(3, depth_multiplier=2, padding="same"), Activation("gelu"), AveragePool2D(3, 2, "same"))
    ),
    (Stage(Conv2D(4, 5, dilation_rate=2), Filling("own")), Stage(MaxPool2D(3, 2, "same")), Stage(Dropout(0.4))),
]


@pytest.mark.parametrize("chain", CHAINS, ids=stages.to_text)
def test_every_output_is_what_numpy_makes_of_the_one_before(framework, chain):
    x = image(12, 15, 3)
    drawn = weights.draw(chain, x.shape[1:])
    layers = stages.layers_of(chain)
    outputs = ask(framework, "run", text(*layers), x, drawn)
    assert len(outputs) == len(chain)
    for n, output in enumerate(outputs, start=1):
        assert output.dtype == np.float32
        np.testing.assert_allclose(output, Forward(layers[:n], drawn)(x.astype(np.float64)), atol=CLOSE, rtol=1e-5)


WINDOWS = [
    Conv2D(4, 3), Conv2D(4, 3, strides=2, padding="same"), Conv2D(3, 2, strides=3, padding="same"), Conv2D(3, 3, dilation_rate=2, padding="same"),
    Conv2D(2, 4, padding="same", use_bias=False), DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same"),
    MaxPool2D(2), MaxPool2D(3, 2, "same"), AveragePool2D(2), AveragePool2D(3, 1, "same"),
    Conv2D(2, (3, 1), (1, 2), "same"), DepthwiseConv2D((1, 4), padding="same", dilation_rate=(1, 2)), MaxPool2D((2, 3), (1, 2), "same"),
    AveragePool2D((3, 2), 1, "same"),
]  # fmt: skip


@pytest.mark.parametrize("layer", WINDOWS, ids=str)
def test_the_sum_of_the_window_is_the_output_at_every_position(framework, layer):
    """What the sliding window shows, cell by cell: the sum of products plus the bias, or the maximum, or the mean."""
    x = image(11, 14, 3)
    drawn = weights.draw((Stage(layer),), x.shape[1:])
    output = ask(framework, "run", text(layer), x, drawn)[0][0]
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    kind = type(layer).__name__
    fill = -np.inf if kind == "MaxPool2D" else np.nan if kind == "AveragePool2D" else 0.0
    stride, dilation = layer.strides or size, getattr(layer, "dilation_rate", 1)
    windows = sliding(x.astype(np.float64), size, stride, dilation, layer.padding, fill)[:, :, 0]
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            under = windows[:, :, row, column]  # (size, size, channels)
            if kind == "Conv2D":
                expected = [
                    (under * drawn["1.kernel"][..., f]).sum() + drawn.get("1.bias", np.zeros(9))[f]
                    for f in range(layer.filters)
                ]
            elif kind == "DepthwiseConv2D":
                products = (under[..., None] * drawn["1.depthwise_kernel"]).sum(axis=(0, 1))
                expected = products.ravel() + drawn["1.bias"]
            else:
                expected = under.max(axis=(0, 1)) if kind == "MaxPool2D" else np.nanmean(under, axis=(0, 1))
            np.testing.assert_allclose(output[row, column], expected, atol=CLOSE)


def test_branches_of_a_run_are_gone_through(framework):
    spec, x = preset("residual"), image(12, 12, 3)
    drawn = initial_weights(spec.analyse((12, 12, 3)), "kaiming", 0, "float32")
    outputs = ask(framework, "run", json.dumps(spec.to_json()), x, drawn)
    assert len(outputs) == len(spec.layers)
    np.testing.assert_allclose(outputs[3], Forward(spec.layers[:4], drawn)(x.astype(np.float64)), atol=1e-5)


def test_dropout_does_nothing_outside_of_training(framework):
    x = image(6, 7, 3)
    np.testing.assert_array_equal(ask(framework, "run", text(Dropout(0.5)), x, {})[0], x)


@pytest.mark.parametrize("shape", [(6, 7, 3), (40,)])
def test_dropout_drops_what_the_mask_says_and_scales_the_rest(framework, shape):
    x = image(*shape)
    mask = (np.random.default_rng(1).random((1, *shape)) >= 0.25).astype(np.uint8)
    dropped = ask(framework, "run", text(Dropout(0.25)), x, {}, {"1": mask})[0]
    np.testing.assert_allclose(dropped, x * mask / 0.75, rtol=1e-6)
    np.testing.assert_array_equal(ask(framework, "run", text(Dropout(0.25)), x, {})[0], x)  # and nothing of it is left


@pytest.mark.parametrize("shape", [(5, 6, 3), (4,)])
def test_running_statistics_move_as_the_rule_says(framework, shape):
    layer, x = BatchNorm(momentum=0.8), np.random.default_rng(0).normal(3, 2, (8, *shape)).astype(np.float32)
    c = shape[-1]
    start = {
        "1.gamma": np.full(c, 2.0),
        "1.beta": np.full(c, 0.5),
        "1.moving_mean": np.zeros(c),
        "1.moving_variance": np.ones(c),
    }
    start = {name: value.astype(np.float32) for name, value in start.items()}
    found = ask(framework, "normalise", text(layer), x, start, 7)
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    assert found["means"].shape == (8, c)
    for n in range(8):  # after n batches, 0.8 ** n of the initial value is left
        np.testing.assert_allclose(found["means"][n], mean * (1 - 0.8**n), rtol=1e-4)
        np.testing.assert_allclose(found["variances"][n], 0.8**n + variance * (1 - 0.8**n), rtol=1e-4)
    expected = (x - mean) / np.sqrt(variance + 1e-3) * 2 + 0.5
    np.testing.assert_allclose(found["training"], expected, atol=1e-4)
    expected = (x - found["means"][-1]) / np.sqrt(found["variances"][-1] + 1e-3) * 2 + 0.5
    np.testing.assert_allclose(found["inference"], expected, atol=1e-4)


def test_each_flattens_in_the_order_of_its_own_layout(framework):
    numbered = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    expected = numbered.ravel() if framework.framework == "tensorflow" else numbered.transpose(2, 0, 1).ravel()
    np.testing.assert_array_equal(ask(framework, "flattened", numbered), expected)


def test_each_holds_weights_in_its_own_layout(framework):
    layer, shape = Conv2D(5, 3), (8, 8, 2)
    drawn = weights.draw((Stage(layer),), shape)
    held = ask(framework, "held", text(layer), shape, drawn)["1.kernel"]
    assert held.shape == ((3, 3, 2, 5) if framework.framework == "tensorflow" else (5, 2, 3, 3))
    own = drawn["1.kernel"][0, 2, 1, 4]
    assert own == (held[0, 2, 1, 4] if framework.framework == "tensorflow" else held[4, 1, 0, 2])
    outputs = ask(framework, "run", text(layer), image(*shape), drawn)  # the same cached model still runs and takes new weights
    assert outputs[0].shape == (1, 6, 6, 5)
    assert ask(framework, "held", text(layer), shape, drawn)["1.bias"].shape == (5,)


def test_padding_same_with_strides_is_done_by_one_and_refused_by_the_other(framework):
    code, said, refused = ask(framework, "own_words", text(Conv2D(8, 3, strides=2, padding="same")), (28, 28, 1))
    if framework.framework == "tensorflow":
        assert not refused
        assert said == "(1, 14, 14, 8)"
    else:
        assert refused
        assert "padding='same' is not supported for strided convolutions" in said
    assert 'padding="same"' in code


@pytest.mark.parametrize("layer", [Conv2D(2, 9), MaxPool2D(9), DepthwiseConv2D(9)], ids=str)
def test_a_window_that_does_not_fit_is_refused_in_its_own_words(framework, layer):
    _, said, refused = ask(framework, "own_words", text(layer), (6, 6, 3))
    assert refused
    assert "Error" in said
    assert "\x1b" not in said
