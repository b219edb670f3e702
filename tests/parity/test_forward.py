"""The same weights give the same answers in both frameworks."""

import numpy as np
import pytest

from clsf.model.layers import Dense, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside
from tests.jobs import anything, random_job
from tests.rows import FLAT_ROWS, IMAGE_ROWS
from tests.sampled import QUICK_PRESETS, sampled

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Of the largest logit, for random weights make logits around 30, where float32 itself resolves 2e-6 only.
Measured: 7e-7 and 2e-15 at most."""

ROWS = {
    **{name: (*row, Flatten(), Dense(4)) for name, row in IMAGE_ROWS.items()},
    **{name: (Flatten(), Dense(5), *row, Dense(4)) for name, row in FLAT_ROWS.items()},
}


def assert_same_logits(both, job) -> None:
    one, other = both(inside.logits, job, job.prepared.pixels)
    assert one.dtype == other.dtype == job.plan.dtype
    np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE[job.plan.dtype] * np.abs(one).max())


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_every_layer_gives_the_same_logits(both, row, dtype):
    assert_same_logits(both, anything(random_job(ModelSpec("row", row), (6, 7, 2), images=6, dtype=dtype)))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("start", sampled(["glorot", "kaiming"], ["kaiming"]))
@pytest.mark.parametrize("name", QUICK_PRESETS)
def test_every_preset_gives_the_same_logits(both, name, start, dtype):
    assert_same_logits(both, random_job(preset(name), (28, 28, 1), images=6, start=start, dtype=dtype))


@pytest.mark.parametrize("start", ["glorot", "kaiming"])
@pytest.mark.parametrize("name", QUICK_PRESETS)
def test_both_start_from_the_same_weights_to_the_bit(both, name, start):
    job = random_job(preset(name), (12, 12, 3), images=4, start=start, dtype="float32")
    (one, _), (other, _) = both(inside.weights_back, job, job.weights)
    assert list(one) == list(other)
    for weight in one:
        np.testing.assert_array_equal(one[weight], other[weight])


def test_both_start_with_the_same_hash(both):
    job = random_job(preset("residual"), (12, 12, 3), images=4, start="kaiming", dtype="float32")
    one, other = both(inside.start_hash, job)
    assert one == other


def test_both_evaluate_alike(both):
    job = random_job(preset("lenet-5"), (28, 28, 1), images=300)
    one, other = both(inside.evaluate, job, np.arange(300))
    assert one.loss == pytest.approx(other.loss, abs=1e-12)
    assert one.accuracy == other.accuracy
