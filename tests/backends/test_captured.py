"""A captured step that is replayed gives what Python's step gives, to the bit. On a CPU, by a capture with a GPU's rules."""

from __future__ import annotations

import numpy as np
import pytest

from clsf.model.presets import NAMES, preset
from clsf.plan import LEARNING_RATES, OPTIMIZERS, Augmentation, Clipping, Schedule
from tests.backends.captured_runs import CHECKED, CHUNKS, SOON, both_ways, looked_at
from tests.jobs import random_job
from tests.sampled import sampled

SHAPE = (32, 32, 3)
REPLAYED = sum(CHUNKS) - 1 - SOON  # of all steps but the smaller batch, those after the captured one


def job(model: str = "lecture-cnn", **plan):
    optimizer = plan.setdefault("optimizer", "rmsprop")
    plan = {"learning_rate": LEARNING_RATES[optimizer], "dtype": "float32", "batch_size": 6, **plan}
    return random_job(preset(model, 10), SHAPE, images=36, **plan)


def assert_equal(both):
    for python, capture in zip(*both.reports, strict=True):
        for name in ("losses", "correct", "gradient_norms"):
            np.testing.assert_array_equal(getattr(python, name), getattr(capture, name))
    for name, value in both.weights[0].items():
        np.testing.assert_array_equal(value, both.weights[1][name], err_msg=name)


def assert_replayed(both):
    assert (both.captures, both.replays, both.logged) == (1, REPLAYED, [])
    assert_equal(both)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_optimizer(optimizer, dtype, torch):
    assert_replayed(torch.run(both_ways, job("tiny", optimizer=optimizer, dtype=dtype)))


@pytest.mark.parametrize("model", sampled(NAMES, ("lecture-cnn", "lenet-5", "residual", "shuffle", "convnext-like")))
def test_every_network(model, torch):
    assert_replayed(torch.run(both_ways, job(model)))


@pytest.mark.parametrize(
    "plan",
    [
        {"schedule": Schedule("cosine")},
        {"schedule": Schedule("cosine"), "optimizer": "adam", "weight_decay": 0.01},
        {"clipping": Clipping("norm", 0.1)},
        {"clipping": Clipping("global-norm", 0.1), "optimizer": "nadam"},
        {"l1": 1e-4, "l2": 1e-3},
        {"label_smoothing": 0.1, "loss": "categorical"},
        {"balanced": True},
        {"augmentation": Augmentation(flip=True)},
        {"backbone_rate": 1e-4, "optimizer": "adamax"},
    ],
    ids=[
        "rates",
        "rates, Adam and weight decay",
        "clipped",
        "clipped together",
        "penalties",
        "label smoothing",
        "class weights",
        "augmented",
        "two rates",
    ],
)
def test_every_setting(plan, torch):
    assert_replayed(torch.run(both_ways, job(**plan)))


@pytest.mark.parametrize("plan", [{"accumulate": 2}, {"average": 0.9}, {"rules": "native"}, {"mixed": True}])
def test_what_keeps_numbers_of_its_own_is_not_captured(plan, torch):
    both = torch.run(both_ways, job(**plan))
    assert both.captures == 0
    assert not both.logged
    assert_equal(both)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("refused", "not permitted"),
        ("waits", "not permitted"),
        ("frozen images", "another step"),
        ("frozen rate", "another step"),
    ],
)
def test_a_capture_with_a_fault_changes_no_step(kind, says, torch):
    both = torch.run(both_ways, job(schedule=Schedule("cosine")), kind)
    (line,) = both.logged
    assert says in line
    assert both.replays <= CHECKED
    assert_equal(both)


def test_a_step_that_is_looked_at_is_python_s(torch):
    gradients, losses = torch.run(looked_at, job())
    assert losses[0] == losses[1]
    for name, value in gradients[0].items():
        np.testing.assert_array_equal(value, gradients[1][name], err_msg=name)


def test_a_short_run_captures_nothing(torch):
    both = torch.run(both_ways, job(), "whole", (SOON - 1,))
    assert both.captures == 0
    assert_equal(both)
