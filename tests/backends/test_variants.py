"""TensorFlow's three ways of taking the same steps: a graph, eagerly, and model.fit."""

import numpy as np
import pytest

from clsf.model.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import OPTIMIZERS
from tests import inside
from tests.jobs import farthest, random_job, with_plan

PLAIN = ModelSpec("plain", (Conv2D(4, activation="relu"), BatchNorm(), Flatten(), Dense(8, "relu"), Dense(3)))
DROPPING = ModelSpec("dropping", (Flatten(), Dropout(0.5), Dense(3)))
SHAPE = (6, 6, 1)
SAME = 1e-5  # float32, another order of sums in a fused graph; measured: below 3e-7
STEPS = 9


def epoch(job, batch: int = 8, last: int = 5) -> list[np.ndarray]:
    """Return one epoch of batches, the last one smaller."""
    rng = np.random.default_rng(4)
    return [rng.choice(job.prepared.train, size) for size in [batch] * (STEPS - 1) + [last]]


@pytest.fixture(scope="module")
def taken(tensorflow):
    """Return each variant's results for the same steps, and how it took them."""
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32", learning_rate=0.1)
    return {
        variant: tensorflow.run(inside.train_counted, with_plan(job, variants={"tensorflow": variant}), epoch(job))
        for variant in ("graph", "eager", "fit")
    }


@pytest.mark.parametrize("variant", ["eager", "fit"])
def test_variants_tell_the_same_losses(taken, variant):
    (trained, _), (graph, _) = taken[variant], taken["graph"]
    np.testing.assert_allclose(trained.losses, graph.losses, rtol=0, atol=SAME)
    np.testing.assert_array_equal(trained.correct, graph.correct)
    assert farthest(trained.weights, graph.weights) <= SAME


def test_the_variant_fit_calls_model_fit_once_per_epoch(taken):
    trained, calls = taken["fit"]
    assert calls.fits == 1
    assert len(trained.losses) == STEPS
    assert trained.norms is None, "model.fit does not tell gradients"


def test_the_variant_eager_really_is_eager(taken):
    _, calls = taken["eager"]
    assert calls.fits == 0
    assert calls.eager == (True,) * (2 * STEPS), "two Dense layers, each called by Python in every step"


def test_the_variant_graph_runs_python_only_to_trace(taken):
    _, calls = taken["graph"]
    assert calls.fits == 0
    assert calls.layer_calls == 2, "two Dense layers, traced once for chunks of any length and batches of any size"
    assert not any(calls.eager)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_fit_takes_the_same_steps_in_float64(tensorflow, optimizer):
    job = random_job(PLAIN, SHAPE, images=64, optimizer=optimizer, learning_rate=0.01)
    batches = epoch(job)
    graph = tensorflow.run(inside.train_batches, job, batches)
    fit, _ = tensorflow.run(inside.train_counted, with_plan(job, variants={"tensorflow": "fit"}), batches)
    assert farthest(fit.weights, graph.weights) <= 1e-12
    np.testing.assert_allclose(fit.losses, graph.losses, rtol=1e-12)


def test_fit_goes_on_epoch_after_epoch_with_the_learning_rate_in_force(tensorflow):
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32")
    batches = epoch(job)
    fit = tensorflow.run(
        inside.fit_epochs, with_plan(job, variants={"tensorflow": "fit"}), [batches[:3], batches[3:6]], [0.1, 0.02]
    )
    graph = tensorflow.run(inside.train_at_rates, job, np.stack(batches[:6]), [0.1] * 3 + [0.02] * 3)
    np.testing.assert_allclose(fit.losses, graph.losses, rtol=0, atol=SAME)
    assert farthest(fit.weights, graph.weights) <= SAME


@pytest.mark.parametrize("taken_reports", [1, 4])
def test_not_reading_fit_is_a_pause_and_closing_it_a_stop(tensorflow, taken_reports):
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32", variants={"tensorflow": "fit"})
    waited, closed, threads = tensorflow.run(inside.fit_and_wait, job, epoch(job), taken_reports, 0.4)
    assert waited == taken_reports, "a batch ran ahead of its reader"
    assert closed == taken_reports
    assert not threads


def test_fit_that_was_never_read_leaves_nothing(tensorflow):
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32", variants={"tensorflow": "fit"})
    assert tensorflow.run(inside.fit_and_wait, job, epoch(job), 0, 0.0) == (0, 0, [])


def test_an_error_inside_fit_comes_out_where_it_is_read(tensorflow):
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32", variants={"tensorflow": "fit"})
    assert tensorflow.run(inside.fit_fails, job, [*epoch(job)[:2], np.full(8, 10**6)]) == "InvalidArgumentError"


def test_fit_uses_the_dropout_of_keras(tensorflow):
    job = random_job(DROPPING, SHAPE, images=64, dtype="float32", variants={"tensorflow": "fit"})
    batches = epoch(job)
    first, again = (tensorflow.run(inside.train_counted, job, batches)[0] for _ in range(2))
    masked = tensorflow.run(inside.train_batches, with_plan(job, variants={"tensorflow": "graph"}), batches)
    np.testing.assert_array_equal(first.losses, again.losses)
    assert np.abs(first.losses - masked.losses).max() > 1e-3


def test_torchs_dataloader_loop_is_the_own_loop_at_the_same_rates(torch):
    job = random_job(PLAIN, SHAPE, images=64)
    batches, rates = epoch(job)[:6], [0.1, 0.02]
    taught = torch.run(inside.fit_epochs, job, [batches[:3], batches[3:]], rates)
    own = torch.run(inside.train_at_rates, job, np.stack(batches), [rates[0]] * 3 + [rates[1]] * 3)
    np.testing.assert_allclose(taught.losses, own.losses, rtol=0, atol=1e-12)
    assert farthest(taught.weights, own.weights) <= 1e-12


@pytest.mark.slow
def test_fit_takes_the_batches_as_they_are_whatever_their_sizes(tensorflow):
    """Joined and split again by the size of the first, the batches would differ: 5, 5, 5, 1."""
    job = random_job(PLAIN, SHAPE, images=64, dtype="float32", learning_rate=0.1)
    batches = [job.prepared.train[:5], job.prepared.train[5:13], job.prepared.train[13:16]]
    fitted, graph = (
        tensorflow.run(inside.train_counted, with_plan(job, variants={"tensorflow": name}), batches)[0]
        for name in ("fit", "graph")
    )
    np.testing.assert_allclose(fitted.losses, graph.losses, rtol=0, atol=SAME)
    np.testing.assert_array_equal(fitted.correct, graph.correct)
