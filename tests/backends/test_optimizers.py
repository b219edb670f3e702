"""Aligned: the one written rule, in both frameworks. Native: the framework's own optimizer of that name, bit for bit."""

from functools import cache

import numpy as np
import pytest

from clsf.model.layers import Dense, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, OPTIMIZERS
from tests import inside
from tests.backends.reference import Rule, Training
from tests.inside import Job
from tests.jobs import farthest, inputs, random_job, random_order, with_plan
from tests.sampled import sampled

EXACT = 1e-12  # 20 steps in float64; measured: below 1e-15
STEPS = 20


def regression(optimizer: str, **plan: object) -> tuple[Job, np.ndarray]:
    """Return softmax regression on 3 × 3 images, and its batches."""
    spec = ModelSpec("regression", (Flatten(), Dense(3)))
    # Larger rates than in training, so that every term of a rule changes the weights visibly.
    job = random_job(spec, (3, 3, 1), optimizer=optimizer, learning_rate=10 * LEARNING_RATES[optimizer], **plan)
    return job, random_order(job, STEPS, 8)


@cache
def by_hand(optimizer: str) -> tuple[list[float], dict[str, np.ndarray]]:
    job, order = regression(optimizer)
    training = Training(job.spec.layers, job.weights, list(job.weights), Rule(optimizer, job.plan.learning_rate))
    losses = [training.step(inputs(job, row), job.prepared.labels[row])[0] for row in order]
    return losses, training.weights


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_aligned_optimizer_follows_the_written_rule(framework, optimizer):
    job, order = regression(optimizer)
    trained, (losses, weights) = framework.run(inside.train, job, order), by_hand(optimizer)
    np.testing.assert_allclose(trained.losses, losses, rtol=0, atol=EXACT)
    assert farthest(trained.weights, weights) <= EXACT
    assert farthest(trained.weights, job.weights) > 1e-2, "the weights hardly moved, so nothing was shown"


@pytest.mark.parametrize("dtype", sampled(["float32", "float64"], ["float32"]))
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_native_optimizer_is_the_stock_one_to_the_bit(framework, optimizer, dtype):
    # "eager" and not "graph", which may fuse operations and round differently
    job, order = regression(optimizer, rules="native", dtype=dtype, variants={"tensorflow": "eager"})
    ours, stock = framework.run(inside.train_each, job, order), framework.run(inside.train_stock, job, order)
    assert [farthest(a, b) for a, b in zip(ours, stock, strict=True)] == [0] * STEPS


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_keras_aligned_and_native_are_one_rule(tensorflow, optimizer):
    job, order = regression(optimizer, dtype="float32")
    aligned, native = (tensorflow.run(inside.train, with_plan(job, rules=rules), order) for rules in ("aligned", "native"))
    assert farthest(aligned.weights, native.weights) == 0


DIFFER = {"rmsprop": 1e-3, "adam": 5e-6, "adagrad": 1e-3, "adadelta": 1e-3, "adamw": 5e-6, "adamax": 2e-7, "nadam": 1e-3}
"""How far the weights part at least: torch's defaults or formulas differ from Keras', Adam's only in its tiny epsilon."""


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_torch_aligned_and_native_differ_where_the_rules_do(torch, optimizer):
    job, order = regression(optimizer)
    aligned, native = (torch.run(inside.train, with_plan(job, rules=rules), order) for rules in ("aligned", "native"))
    apart = farthest(aligned.weights, native.weights)
    if optimizer in DIFFER:
        assert apart > DIFFER[optimizer]
    else:
        assert apart < 1e-6  # one formula; Keras' learning rate and momentum are float32, torch's are not
