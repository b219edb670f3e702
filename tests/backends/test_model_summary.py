"""Each framework's summary and parameter counts agree with our arithmetic, layer by layer"""

from __future__ import annotations

import json

import pytest

from clsf.model.branches import Parallel, Residual
from clsf.model.layers import AveragePool2D, BatchNorm, Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPool2D
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests.rows import IMAGE_ROWS
from tests.sampled import QUICK_PRESETS


def summary(framework: str, spec: str, shape: tuple) -> dict:
    """Call the job in this process, which is the framework's own."""
    from clsf.engine.work import resolve

    return resolve(f"clsf.backends.{framework}.summary:summary")(spec, shape)


def told(framework, spec: ModelSpec, shape: tuple) -> dict:
    return framework.run(summary, framework.framework, json.dumps(spec.to_json()), shape)


def check(framework, spec: ModelSpec, shape: tuple) -> str:
    analysis = spec.analyse(shape)
    found = told(framework, spec, shape)
    assert (found["trainable"], found["non_trainable"]) == (analysis.trainable, analysis.non_trainable)
    assert found["layers"] == {facts.path: facts.trainable + facts.non_trainable for facts in analysis.layers if facts.weights}
    return found["text"]


@pytest.mark.parametrize("name", QUICK_PRESETS)
def test_presets_are_counted_alike(framework, name):
    check(framework, preset(name), (32, 32, 3))


@pytest.mark.parametrize("row", IMAGE_ROWS.values(), ids=IMAGE_ROWS)
def test_every_kind_and_field_is_counted_alike(framework, row):
    check(framework, ModelSpec("row", row), (6, 7, 2))


def test_the_text_is_the_frameworks_own(framework):
    text = check(framework, preset("lecture-cnn"), (32, 32, 3))
    if framework.framework == "tensorflow":
        assert 'Model: "lecture-cnn"' in text
        assert "Total params: 430,102" in text
        assert "layer_6 (Dense)" in text
    else:
        assert "Conv2d(3, 32, kernel_size=(3, 3), stride=(1, 1), padding=same)" in text
        assert "Linear(in_features=4096, out_features=100, bias=True)" in text
        assert "Dropout(p=0.2, inplace=False)" in text


def test_branches_are_named_as_here(framework):
    spec = ModelSpec(
        "x",
        (
            Residual((Conv2D(4, padding="same"), BatchNorm()), (DepthwiseConv2D(1, depth_multiplier=4), Conv2D(4, 1))),
            Parallel(((MaxPool2D(3, 1, "same"),), (AveragePool2D(2, padding="same", strides=1),))),
            Flatten(),
            Dense(3),
        ),
    )
    text = check(framework, spec, (6, 6, 1))
    assert ("layer_1_shortcut_2" if framework.framework == "tensorflow" else "(shortcut): Sequential(") in text
