"""Weights are exchanged in one agreed layout, and come back unchanged."""

import numpy as np
import pytest

from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside
from tests.jobs import anything, farthest, random_job
from tests.rows import IMAGE_ROWS
from tests.sampled import QUICK_PRESETS

ROWS = ("depthwise multiplier 2", "branch in branch", "residual shortcut")
MODELS = {
    **{name: preset(name) for name in QUICK_PRESETS},
    **{name: ModelSpec("row", (*IMAGE_ROWS[name], *preset("mlp").layers)) for name in ROWS},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in MODELS.items()])
def test_weights_come_back_to_the_bit(framework, spec, dtype):
    job = anything(random_job(spec, (12, 12, 2), images=4, dtype=dtype))
    other = anything(job, seed=7).weights
    built, loaded = framework.run(inside.weights_back, job, other)
    for got, put in ((built, job.weights), (loaded, other)):
        assert {name: (w.shape, w.dtype) for name, w in got.items()} == {name: (w.shape, w.dtype) for name, w in put.items()}
        assert farthest(got, put) == 0


def test_weights_that_were_given_out_are_not_changed_by_training(framework):
    job = random_job(preset("residual"), (8, 8, 1), images=16)
    before, kept, after = framework.run(inside.weights_before_and_after, job, np.arange(8).reshape(2, 4))
    assert farthest(kept, before) == 0
    assert farthest(after, before) > 0


def test_names_are_those_of_the_analysis_in_its_order(framework):
    job = random_job(preset("residual"), (8, 8, 1), images=16)
    built, _ = framework.run(inside.weights_back, job, job.weights)
    assert list(built) == list(job.spec.analyse((8, 8, 1)).named_weights())
