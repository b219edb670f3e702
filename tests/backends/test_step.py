"""One step changes the weights by the gradient, and reports the values from before the step."""

from functools import cache

import numpy as np
import pytest

from clsf.backends.initial import dropout_layers, dropout_masks
from clsf.model.layers import BatchNorm, Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec
from tests import inside
from tests.backends.reference import Rule, Training
from tests.inside import Job, Trained
from tests.jobs import anything, farthest, inputs, random_job, random_order, with_plan
from tests.rows import FLAT_ROWS, IMAGE_ROWS
from tests.sampled import sampled

EXACT = 1e-12  # measured: weights 2e-15, gradient norms 2e-14 at most
SHAPE = (4, 5, 2)
RATE = 0.125  # exact in float32, which Keras keeps it in

NEED_MORE_ROOM = {"conv dilated": (5, 5, 2)}

ROWS = {
    # Layers before and after, so that a gradient also passes through the row and not only to its weights.
    **{name: (Conv2D(2, 1), *row, Flatten(), Dense(2)) for name, row in IMAGE_ROWS.items()},
    **{name: (Flatten(), Dense(5), *row, Dense(3)) for name, row in FLAT_ROWS.items()},
}


def small(name: str, batch: int = 4) -> tuple[Job, np.ndarray]:
    job = anything(random_job(ModelSpec("row", ROWS[name]), NEED_MORE_ROOM.get(name, SHAPE), learning_rate=RATE))
    return job, random_order(job, 2, batch)


@cache
def by_hand(name: str, batch: int = 4) -> Trained:
    """Take two steps in NumPy; both frameworks are compared with them."""
    return in_numpy(*small(name, batch))


def in_numpy(job: Job, order: np.ndarray) -> Trained:
    analysis = job.spec.analyse(job.prepared.shape)
    trainable = [name for name, weight in analysis.named_weights().items() if weight.trainable]
    rule = Rule(job.plan.optimizer, job.plan.learning_rate)
    training = Training(job.spec.layers, job.weights, trainable, rule, job.plan.l2)
    masks = dropout_masks(dropout_layers(analysis), job.plan.seed, 0, *order.shape)
    said = [
        training.step(inputs(job, row), job.prepared.labels[row], {path: mask[step] for path, mask in masks.items()})
        for step, row in enumerate(order)
    ]
    losses, correct, norms = (np.array(column) for column in zip(*said, strict=True))
    return Trained(losses, correct, norms, training.weights)


def assert_same(trained: Trained, expected: Trained, tolerance: float = EXACT) -> None:
    np.testing.assert_allclose(trained.losses, expected.losses, rtol=0, atol=tolerance, err_msg="losses")
    np.testing.assert_array_equal(trained.correct, expected.correct, err_msg="right answers")
    np.testing.assert_allclose(trained.norms, expected.norms, rtol=tolerance, atol=tolerance, err_msg="gradient norms")
    assert farthest(trained.weights, expected.weights) <= tolerance


@pytest.mark.parametrize("name", sampled(ROWS, tuple(ROWS)[::3]))
def test_a_step_follows_the_gradient(framework, name):
    assert_same(framework.run(inside.train, *small(name)), by_hand(name))


@pytest.mark.parametrize("name", ["batch norm of a flat vector", "batch norm"])
def test_a_last_batch_may_have_one_image(framework, name):
    """torch's own function refuses batch normalisation of one flat vector; Keras returns beta."""
    assert_same(framework.run(inside.train, *small(name, batch=1)), by_hand(name, batch=1))


@pytest.mark.parametrize("name", ["residual shortcut", "depthwise", "dense tanh"])
def test_l2_pulls_at_kernels_only_and_is_left_out_of_the_loss(framework, name):
    job, order = small(name)
    job = with_plan(job, l2=0.01)
    assert_same(framework.run(inside.train, job, order), in_numpy(job, order))


def test_a_step_reports_in_float64_and_int64(framework):
    job, order = small("conv")
    backend_says = framework.run(inside.train, job, order)
    assert (backend_says.losses.dtype, backend_says.correct.dtype, backend_says.norms.dtype) == ("float64", "int64", "float64")
    assert backend_says.losses.shape == backend_says.correct.shape == backend_says.norms.shape == (2,)


def test_how_the_steps_are_cut_into_chunks_changes_nothing(framework):
    job = random_job(
        ModelSpec("row", (Conv2D(3), BatchNorm(), Flatten(), *FLAT_ROWS["dropout of a flat vector"], Dense(3))), SHAPE
    )
    order = random_order(job, 6, 8)
    whole, halves, single = (framework.run(inside.train, job, order, chunk) for chunk in (6, 4, 1))
    for cut in (halves, single):
        np.testing.assert_array_equal(cut.losses, whole.losses)
        assert farthest(cut.weights, whole.weights) == 0


def test_a_new_learning_rate_is_in_force_from_the_next_step(framework):
    job, order = small("dense tanh")
    trained = framework.run(inside.train_at_rates, job, order, [RATE, 0.5])
    analysis = job.spec.analyse(SHAPE)
    training = Training(job.spec.layers, job.weights, list(analysis.named_weights()), Rule("sgd", RATE))
    for row, rate in zip(order, (RATE, 0.5), strict=True):
        training.rule.rate = rate
        training.step(inputs(job, row), job.prepared.labels[row])
    assert farthest(trained.weights, training.weights) <= EXACT
