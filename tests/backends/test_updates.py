"""Gradients accumulated over batches: what this equals, and what it does not."""

import numpy as np
import pytest

from clsf.model.layers import BatchNorm, Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec
from tests import inside
from tests.jobs import farthest, random_job, random_order, with_plan

CLOSE = 1e-12
SPEC = ModelSpec("small", (Conv2D(3, 3, activation="relu"), Flatten(), Dense(10)))


@pytest.mark.parametrize("optimizer", ["nesterov", "adam", "nadam"])
def test_gathered_batches_are_the_big_batch(framework, optimizer):
    job = random_job(SPEC, (6, 6, 1), images=64, optimizer=optimizer, l2=1e-3)
    order = random_order(job, 12, 4)
    small = framework.run(inside.train, with_plan(job, accumulate=4), order)
    big = framework.run(inside.train, job, order.reshape(3, 16))
    assert farthest(small.weights, big.weights) <= CLOSE
    assert farthest(small.weights, job.weights) > 1e-3
    np.testing.assert_allclose(np.asarray(small.losses).reshape(3, 4).mean(axis=1), big.losses, rtol=0, atol=CLOSE)


def test_with_batch_normalisation_they_are_not(framework):
    job = random_job(ModelSpec("normal", (Flatten(), BatchNorm(), Dense(10))), (6, 6, 1), images=64, optimizer="sgd")
    order = random_order(job, 12, 4)
    small = framework.run(inside.train, with_plan(job, accumulate=4), order)
    big = framework.run(inside.train, job, order.reshape(3, 16))
    assert farthest(small.weights, big.weights) > 1e-4  # each small batch is normalised by itself


@pytest.mark.parametrize("taught", [False, True], ids=["own loop", "taught loop"])
def test_what_is_judged_is_the_moving_average_and_training_goes_on_without_it(framework, taught):
    variants = {"tensorflow": "fit", "torch": "dataloader"} if taught else {}
    job = random_job(SPEC, (6, 6, 1), images=64, optimizer="sgd", learning_rate=0.5, average=0.7, variants=variants)
    each, judged, after = framework.run(inside.averages, job, random_order(job, 6, 8), taught)
    average = each[0]
    for weights in each[1:]:
        average = {name: 0.7 * average[name] + (1 - 0.7) * array for name, array in weights.items()}
    assert farthest(judged, average) <= CLOSE
    assert farthest(judged, each[-1]) > 1e-3
    assert farthest(after, each[-1]) == 0


@pytest.mark.parametrize("optimizer", ["momentum", "adagrad"])
def test_model_fit_and_a_dataloader_gather_alike(framework, optimizer):
    job = random_job(SPEC, (6, 6, 1), images=64, optimizer=optimizer, accumulate=2, balanced=True)
    order = random_order(job, 8, 8)
    own = framework.run(inside.train, job, order)
    job = with_plan(job, variants={"tensorflow": "fit", "torch": "dataloader"})
    taught = framework.run(inside.fit_epochs, job, [list(order)], [job.plan.learning_rate])
    assert farthest(own.weights, taught.weights) <= 1e-6  # Keras sums losses in float32
    np.testing.assert_allclose(taught.losses, own.losses, rtol=0, atol=1e-6)
