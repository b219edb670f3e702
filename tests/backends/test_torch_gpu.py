"""PyTorch on a GPU: skipped where there is none. TensorFlow on a GPU has no tests: nobody has tried it."""

from __future__ import annotations

import numpy as np
import pytest

from clsf.compare.lockstep import lockstep
from clsf.compare.pairs import PAIRS
from clsf.compare.recording import Recording
from clsf.compare.values import LockstepResult
from clsf.model.presets import preset
from clsf.plan import LEARNING_RATES, OPTIMIZERS, Plan, Schedule
from tests.backends.captured_runs import CHUNKS, SOON, both_ways
from tests.backends.gpu_runs import card, on_both_devices, seconds_a_step, trained
from tests.frameworks import process
from tests.jobs import farthest, random_job
from tests.parity.in_lockstep import Processes
from tests.sampled import QUICK_PRESETS

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module", autouse=True)
def gpu():
    if not process("torch").run(card):
        pytest.skip("PyTorch finds no GPU")


def job(model: str = "lecture-cnn", **plan):
    optimizer = plan.setdefault("optimizer", "rmsprop")
    plan = {"learning_rate": LEARNING_RATES[optimizer], "dtype": "float32", "device": "auto", "batch_size": 6, **plan}
    return random_job(preset(model, 10), (32, 32, 3), images=plan.pop("images", 36), **plan)


def assert_replayed(both, dtype="float32"):
    assert (both.captures, both.replays, both.logged) == (1, sum(CHUNKS) - 1 - SOON, [])
    near = {"float32": 1e-3, "float64": 1e-9}[dtype]
    for python, capture in zip(*both.reports, strict=True):
        np.testing.assert_allclose(python.losses, capture.losses, rtol=near)
        np.testing.assert_allclose(python.gradient_norms, capture.gradient_norms, rtol=near)
    if dtype == "float64":
        assert farthest(*both.weights) < near


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_replayed_step_is_python_s_for_every_optimizer(optimizer, dtype, torch):
    assert_replayed(torch.run(both_ways, job("tiny", optimizer=optimizer, dtype=dtype), "card"), dtype)


@pytest.mark.parametrize("model", QUICK_PRESETS)
def test_a_replayed_step_is_python_s_for_every_network(model, torch):
    assert_replayed(torch.run(both_ways, job(model, dtype="float64", optimizer="sgd"), "card"), "float64")


def test_a_replayed_step_reads_each_rate(torch):
    assert_replayed(torch.run(both_ways, job(schedule=Schedule("cosine"), dtype="float64"), "card"), "float64")


@pytest.mark.parametrize("model", ["lecture-cnn", "two-block-dropout", "residual"])
def test_the_same_aligned_run_twice_is_the_same_run(model, torch):
    first, second = torch.run(trained, job(model, batch_size=32, images=640), 200, 2)
    np.testing.assert_array_equal(first[0], second[0])
    assert farthest(first[1], second[1]) == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_gpu_computes_what_a_cpu_computes(optimizer, torch):
    (cpu, weights), (gpu, others) = torch.run(on_both_devices, job(optimizer=optimizer, dtype="float64"), 25)
    np.testing.assert_allclose(cpu, gpu, rtol=0, atol=1e-11)  # an H100 with PyTorch 2.11: at most 1.1e-14
    assert farthest(weights, others) < 1e-11  # 2.5e-14 there


@pytest.mark.slow
@pytest.mark.parametrize("batch", [32, 128])
def test_a_step_takes_about_as_long_as_a_cuda_graph_written_by_hand(batch, torch):
    seconds = torch.run(seconds_a_step, job(batch_size=batch, images=4000))
    assert seconds["replayed"] <= 1.3 * seconds["by hand"]
    assert seconds["replayed"] <= 1.05 * seconds["Python"]


def told(name: str, steps: int, **plan) -> LockstepResult:
    plan = Plan("digits", learning_rate=1e-3, **{"optimizer": "rmsprop", **plan})
    recording, pair = Recording(steps, evaluate_every=steps), PAIRS[name]
    sides = pair.of(Processes(), preset("lecture-cnn", 10), {"torch": plan}, recording)
    return [*lockstep(*sides, recording, pair=pair)][-1]


def test_a_lockstep_of_cpu_and_gpu_parts_nowhere():
    result = told("device", 25, dtype="float64")
    assert result.failure is None
    assert result.first_parting is None
    assert "PyTorch on the GPU" in str(result.sentence)


def test_a_lockstep_of_the_same_run_twice_tells_whether_it_parts():
    result = told("gpu-nondeterminism", 200, dtype="float32")
    assert result.failure is None
    assert "first differ at step" in str(result.sentence)  # as an H100 did; a card that repeats itself fails here, and is news
