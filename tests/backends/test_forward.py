"""A model's output for an image equals that of plain NumPy."""

from math import prod

import numpy as np
import pytest

from clsf.model.layers import Dense, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside
from tests.backends.reference import Forward
from tests.inside import Job
from tests.jobs import anything, inputs, random_job
from tests.rows import FLAT_ROWS, IMAGE_ROWS
from tests.sampled import QUICK_PRESETS

EXACT = 1e-12  # float64 sums of a few hundred terms around 1; measured: 9e-15 at most
CLOSE = 1e-5  # float32; measured: 2e-6 at most

SHAPE = (6, 7, 2)


def seen_through(row: tuple) -> Job:
    """Return a model that outputs the result of `row` unchanged: its Dense layer is the identity."""
    count = prod(ModelSpec("row", row).analyse(SHAPE).output_shape)
    spec = ModelSpec("row", (*row, Flatten(), Dense(count, use_bias=False)))
    job = anything(random_job(spec, SHAPE, images=5))
    job.weights[f"{len(spec.layers)}.kernel"][:] = np.eye(count)
    return job


ROWS = {**IMAGE_ROWS, **{name: (Flatten(), Dense(5), *row) for name, row in FLAT_ROWS.items()}}


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_a_layer_computes_its_definition(framework, row):
    job = seen_through(row)
    expected = Forward(job.spec.layers, job.weights)(inputs(job))
    np.testing.assert_allclose(framework.run(inside.logits, job, job.prepared.pixels), expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", EXACT), ("float32", CLOSE)])
@pytest.mark.parametrize("name", QUICK_PRESETS)
def test_a_preset_computes_its_layers(framework, name, dtype, tolerance):
    job = random_job(preset(name), (12, 12, 3), images=3, dtype=dtype)
    expected = Forward(job.spec.layers, job.weights)(inputs(job))
    logits = framework.run(inside.logits, job, job.prepared.pixels)
    assert logits.dtype == dtype
    np.testing.assert_allclose(logits, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("count", [1, 256, 300])
def test_predictions_are_the_softmax_of_the_logits(framework, count):
    job = random_job(preset("tiny"), (8, 8, 1), images=count, dtype="float32")
    logits, probabilities = (framework.run(f, job, job.prepared.pixels) for f in (inside.logits, inside.predict))
    assert probabilities.shape == (count, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-12)
    e = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(probabilities, e / e.sum(axis=1, keepdims=True), rtol=1e-12)


def test_large_logits_do_not_overflow(framework):
    job = random_job(ModelSpec("loud", (Flatten(), Dense(2))), (4, 4, 1), images=4, dtype="float32")
    job.weights["2.kernel"][:] = [1e4, -1e4]
    probabilities = framework.run(inside.predict, job, job.prepared.pixels)
    np.testing.assert_array_equal(np.sort(probabilities, axis=1), [[0, 1]] * 4)
