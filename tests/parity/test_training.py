"""The same steps train both frameworks equally: only rounding differs.

float64 shows that the rules are equal; students train in float32, where rounding grows with every step.
"""

import numpy as np
import pytest

from clsf.model.layers import Conv2D
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, OPTIMIZERS
from tests import inside
from tests.inside import Job
from tests.jobs import farthest, random_job, random_order, with_plan
from tests.rows import IMAGE_ROWS
from tests.sampled import QUICK_PRESETS, sampled

EXACT = 1e-12  # float64; measured: losses 5e-15, weights 2e-14 at most, over all tests here
SMALL = (12, 12, 3)


def assert_same_training(both, job: Job, order: np.ndarray, losses: float = EXACT, weights: float = EXACT) -> None:
    one, other = both(inside.train, job, order)
    for step, (a, b) in enumerate(zip(one.losses, other.losses, strict=True), start=1):
        assert abs(a - b) <= losses, f"the losses part at step {step}: {a} and {b}"
    np.testing.assert_array_equal(one.correct, other.correct)
    np.testing.assert_allclose(one.norms, other.norms, rtol=100 * losses)  # a sum over every weight; measured: 3e-5 in float32
    assert farthest(one.weights, other.weights) <= weights
    assert farthest(one.weights, job.weights) > 1e-4, "nothing was learned, so nothing was shown"


def test_ten_steps_in_float32_agree_to_a_millionth(both):
    """The lecture's model on 32×32×3 with its dropout: the masks are drawn once, in NumPy. Measured: 2.4e-7."""
    job = random_job(preset("lecture-cnn"), (32, 32, 3), images=160, dtype="float32", learning_rate=0.01)
    assert_same_training(both, job, random_order(job, 10, 32), losses=1e-6, weights=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam"])
def test_a_hundred_steps_of_the_lectures_model_agree(both, optimizer):
    job = random_job(preset("lecture-cnn"), SMALL, images=160, optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer])
    assert_same_training(both, job, random_order(job, 100, 16))


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_hundred_steps_at_full_size_agree(both, optimizer):
    job = random_job(
        preset("lecture-cnn"), (32, 32, 3), images=640, optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer]
    )
    assert_same_training(both, job, random_order(job, 100, 32))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_aligned_optimizer_is_one_rule_in_both(both, optimizer):
    job = random_job(preset("lecture-cnn"), (8, 8, 1), images=64, optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer])
    assert_same_training(both, job, random_order(job, 50, 16))


@pytest.mark.parametrize("optimizer", sampled(["sgd", "momentum", "adam"], ["adam"]))
@pytest.mark.parametrize("name", ["residual", "inception-like"])
def test_branches_and_batch_norm_learn_alike(both, name, optimizer):
    """Moving means and variances are among the weights compared. Measured: 2e-14 at most."""
    job = random_job(preset(name), SMALL, images=64, optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer])
    assert_same_training(both, job, random_order(job, 30, 16), losses=1e-10, weights=1e-10)


@pytest.mark.parametrize("start", sampled(["glorot", "kaiming"], ["kaiming"]))
@pytest.mark.parametrize("name", QUICK_PRESETS)
def test_every_preset_learns_alike_in_float32(both, name, start):
    job = random_job(preset(name), (16, 16, 1), images=64, dtype="float32", learning_rate=0.01, start=start)
    assert_same_training(both, job, random_order(job, 5, 16), losses=1e-5, weights=5e-5)  # measured: 1e-6, 8e-6


@pytest.mark.parametrize("row", ["branch in branch", "depthwise same stride 2", "max pool same stride 2", "conv gelu"])
def test_awkward_layers_learn_alike(both, row):
    spec = ModelSpec("row", (Conv2D(2, padding="same"), *IMAGE_ROWS[row], *preset("mlp", 3).layers))
    job = random_job(spec, (6, 7, 2), optimizer="adam", learning_rate=0.01, l2=0.01)
    assert_same_training(both, job, random_order(job, 20, 8))


def test_a_learning_rate_that_changes_on_the_way_changes_alike(both):
    job = random_job(preset("lecture-cnn"), (8, 8, 1), optimizer="momentum", learning_rate=0.01)
    one, other = both(inside.train_at_rates, job, random_order(job, 12, 8), [0.01, 0.05, 0.1, 0.001] * 3)
    np.testing.assert_allclose(one.losses, other.losses, rtol=0, atol=EXACT)
    assert farthest(one.weights, other.weights) <= EXACT


# Why aligned rules are needed: natively, the same name does not mean the same rule.


def test_rmsprop_by_its_native_rules_parts_at_once(both):
    """Keras: ρ = 0.9, ε inside the root; torch: α = 0.99, ε outside. Measured: 0.8 in the loss within ten steps."""
    job = random_job(preset("lecture-cnn"), SMALL, images=160, optimizer="rmsprop", learning_rate=0.001)
    order = random_order(job, 10, 16)
    assert_same_training(both, job, order)
    (one, other) = both(inside.train, with_plan(job, differences=("rmsprop-rule",)), order)
    assert np.abs(one.losses - other.losses).max() > 0.1
    assert abs(one.losses[0] - other.losses[0]) <= EXACT, "before the first update nothing differs"


def test_dropout_by_its_native_rules_drops_other_values(both):
    job = random_job(preset("lecture-cnn"), SMALL, images=64, rules="native")
    one, other = both(inside.train, job, random_order(job, 3, 16))
    assert np.abs(one.losses - other.losses).max() > 1e-3
