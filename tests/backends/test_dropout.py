"""Which values are dropped, observed from outside: a row of the Dense kernel stays the same exactly where its input was dropped.

This holds for a batch of one image: the gradient of row i is the image's value i times the gradient of the logits.
"""

import numpy as np
import pytest

from clsf.backends.initial import dropout_layers, dropout_masks
from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.spec import ModelSpec
from tests import inside
from tests.inside import Job
from tests.jobs import anything, random_job

FLAT = ModelSpec("flat", (Flatten(), Dropout(0.3), Dense(3)))
IMAGE = ModelSpec("image", (Conv2D(3, 1), Dropout(0.3), Flatten(), Dense(3)))
SHAPE = (4, 5, 2)


def kept(framework, job: Job, kernel: str, step: int) -> np.ndarray:
    """Return which inputs of the Dense layer were not dropped in this step."""
    after = framework.run(inside.train_at, job, np.array([[5]]), step).weights[kernel]
    return (after != job.weights[kernel]).any(axis=1)


@pytest.mark.parametrize(
    ("spec", "dropout", "kernel"), [(FLAT, "2", "3.kernel"), (IMAGE, "2", "4.kernel")], ids=["flat", "image"]
)
@pytest.mark.parametrize("step", [0, 1, 77])
def test_aligned_dropout_drops_exactly_what_the_mask_says(framework, spec, dropout, kernel, step):
    job = anything(random_job(spec, SHAPE, seed=9))
    mask = dropout_masks(dropout_layers(spec.analyse(SHAPE)), 9, step, 1, 1)[dropout]
    assert 0 < mask.mean() < 1
    np.testing.assert_array_equal(kept(framework, job, kernel, step), mask.ravel() == 1)


def test_native_dropout_drops_about_the_rate(framework):
    spec = ModelSpec("wide", (Flatten(), Dropout(0.3), Dense(3)))
    job = anything(random_job(spec, (40, 40, 1), rules="native"))
    share = 1 - kept(framework, job, "3.kernel", 0).mean()
    assert share == pytest.approx(0.3, abs=0.05)  # 1600 values: 0.05 is more than four standard deviations


def test_native_dropout_repeats_with_the_seed_only(framework):
    jobs = [anything(random_job(FLAT, SHAPE, seed=0, rules="native")) for _ in range(2)]
    other = Job(jobs[0].spec, jobs[0].plan.but(seed=1), jobs[0].prepared, jobs[0].weights)
    first, again, different = (kept(framework, job, "3.kernel", 0) for job in (*jobs, other))
    np.testing.assert_array_equal(first, again)
    assert (first != different).any()


def test_a_rate_of_zero_drops_nothing(framework):
    job = anything(random_job(ModelSpec("none", (Flatten(), Dropout(0.0), Dense(3))), SHAPE))
    assert kept(framework, job, "3.kernel", 0).all()


def test_masks_depend_on_seed_layer_and_step_alone():
    layers = {"2": (0.5, (8,)), "4": (0.5, (8,))}
    four, last_two = dropout_masks(layers, 0, 0, 4, 6), dropout_masks(layers, 0, 2, 2, 6)
    for path in layers:
        assert four[path].shape == (4, 6, 8)
        assert four[path].dtype == np.uint8
        np.testing.assert_array_equal(four[path][2:], last_two[path])
    assert (four["2"] != four["4"]).any()
    assert (four["2"][0] != four["2"][1]).any()
    assert (four["2"] != dropout_masks(layers, 1, 0, 4, 6)["2"]).any()


def test_masks_keep_the_share_that_the_rate_leaves():
    mask = dropout_masks({"1": (0.2, (100, 100))}, 0, 0, 1, 10)["1"]
    assert mask.mean() == pytest.approx(0.8, abs=0.01)
    assert set(np.unique(mask)) == {0, 1}


def test_a_dropout_of_rate_zero_needs_no_mask():
    spec = ModelSpec("two", (Flatten(), Dropout(0.0), BatchNorm(), Dropout(0.1), Dense(2)))
    assert dropout_layers(spec.analyse((2, 2, 1))) == {"4": (0.1, (4,))}
