"""Looking at images without learning from them."""

import numpy as np
import pytest

from clsf.model.layers import BatchNorm, Dense, Dropout, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside
from tests.backends.reference import Forward, cross_entropy
from tests.jobs import anything, farthest, inputs, random_job, random_order

DROPPING = ModelSpec("dropping", (Flatten(), Dropout(0.5), Dense(16, "relu"), BatchNorm(), Dropout(0.9), Dense(4)))


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
def test_loss_and_accuracy_are_those_of_the_images_asked_for(framework, count):
    job = anything(random_job(DROPPING, (4, 4, 1), images=600))
    indices = np.random.default_rng(3).permutation(600)[:count]
    logits = Forward(DROPPING.layers, job.weights)(inputs(job, indices))
    labels = job.prepared.labels[indices]
    seen = framework.run(inside.evaluate, job, indices)
    assert seen.loss == pytest.approx(cross_entropy(logits, labels).mean(), abs=1e-12)
    assert seen.accuracy == (logits.argmax(axis=1) == labels).mean()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_evaluation_sums_losses_in_float64(framework, dtype):
    """600 equal images have the loss of one; float32 sums would be wrong in the seventh digit."""
    job = random_job(preset("mlp"), (4, 4, 1), images=1, dtype=dtype)
    one, many = (framework.run(inside.evaluate, job, np.zeros(count, np.int64)) for count in (1, 600))
    assert many.loss == pytest.approx(one.loss, rel=1e-6 if dtype == "float32" else 1e-12)


def test_looking_changes_nothing(framework):
    job = random_job(DROPPING, (4, 4, 1), images=64)
    order = random_order(job, 4, 8)
    undisturbed = framework.run(inside.train, job, order, 1)
    disturbed, seen = framework.run(inside.evaluate_between, job, order, job.prepared.validation)
    np.testing.assert_array_equal(disturbed.losses, undisturbed.losses)
    assert farthest(disturbed.weights, undisturbed.weights) == 0
    assert all(first == second for first, second in zip(seen[::2], seen[1::2], strict=True)), "dropout was on"


def test_the_evaluation_of_a_framework_with_native_rules_has_no_dropout(framework):
    job = random_job(DROPPING, (4, 4, 1), rules="native")
    first, second = (framework.run(inside.logits, job, job.prepared.pixels) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, Forward(DROPPING.layers, job.weights)(inputs(job)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("variant", ["graph", "eager", "fit"])
def test_tensorflow_evaluates_alike_in_every_variant(tensorflow, variant):
    job = anything(random_job(DROPPING, (4, 4, 1), images=300, variants={"tensorflow": variant}))
    logits = Forward(DROPPING.layers, job.weights)(inputs(job))
    seen = tensorflow.run(inside.evaluate, job, np.arange(300))
    assert seen.loss == pytest.approx(cross_entropy(logits, job.prepared.labels).mean(), abs=1e-12)
