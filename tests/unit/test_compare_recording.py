"""What is recorded of a tensor, how two recordings are compared, and the size limits."""

import math

import numpy as np
import pytest

from clsf.backends.base import Observation
from clsf.compare.measure import TOLERANCES, compared, compared_tensors, is_layer, is_weight
from clsf.compare.recording import MAX_STEPS, SAMPLE, Recording, check_size, positions, recorded, recorded_step, step_bytes
from clsf.compare.session import RecordedStep
from clsf.errors import PlanError
from clsf.model.presets import preset
from clsf.plan import Plan

RNG = np.random.default_rng(0)


def test_a_small_tensor_is_recorded_whole():
    array = RNG.normal(size=(4, 5))
    found = recorded("1", array)
    np.testing.assert_array_equal(found.values, array.ravel())
    assert (found.shape, found.norm, found.largest) == ((4, 5), pytest.approx(np.linalg.norm(array)), np.abs(array).max())
    assert found.full is None


def test_of_a_large_tensor_the_same_places_are_recorded_each_time():
    one, two = (np.arange(50_000.0) + n for n in (0, 1))
    np.testing.assert_array_equal(recorded("w", one).values + 1, recorded("w", two).values)
    assert 0.9 * SAMPLE < recorded("w", one).values.size <= SAMPLE


def test_places_depend_on_the_name_and_cover_the_whole_tensor():
    assert not np.array_equal(positions("a", 10_000), positions("b", 10_000))
    found = positions("a", 1_000_000)
    assert (np.diff(found) > 0).all()
    assert found[0] < 10_000
    assert found[-1] > 990_000


def test_the_order_is_that_of_computation():
    told = Observation(
        loss=1.0,
        logits=np.zeros((2, 3)),
        inputs=np.ones((2, 4)),
        activations={"1": np.ones((2, 4)), "2.body.1": np.ones((2, 3)), "2": np.ones((2, 3))},
        output_gradients={"1": np.ones((2, 4)), "2.body.1": np.ones((2, 3)), "2": np.ones((2, 3))},
        gradients={"2.body.1.kernel": np.ones((4, 3)), "2.body.1.bias": np.ones(3)},
        weights={"2.body.1.kernel": np.ones((4, 3)), "2.body.1.bias": np.ones(3)},
    )
    phases = recorded_step(told, full=True)
    assert list(phases["forward"]) == ["images", "1", "2.body.1", "2", "logits"]
    assert list(phases["backward"]) == ["2", "2.body.1", "2.body.1.kernel", "2.body.1.bias", "1"]
    assert list(phases["update"]) == ["2.body.1.kernel", "2.body.1.bias"]
    assert phases["forward"]["1"].full is told.activations["1"]


@pytest.mark.parametrize(
    ("name", "layer", "weight"),
    [
        ("3", True, False),
        ("3.body.1", True, False),
        ("3.kernel", False, True),
        ("images", False, False),
        ("loss", False, False),
    ],
)
def test_names_tell_layers_from_weights(name, layer, weight):
    assert (is_layer(name), is_weight(name)) == (layer, weight)


def test_two_tensors_are_compared_relative_to_their_size():
    one, two = np.array([1.0, -4.0]), np.array([1.0, -4.0 + 1e-6])
    [found] = compared_tensors("forward", {"1": recorded("1", one)}, {"1": recorded("1", two)}, 1e-9)
    assert found.difference == pytest.approx(1e-6)
    assert found.size == 4.0
    assert found.allowed == pytest.approx(4e-9)
    assert found.parted
    assert found.relative == pytest.approx(2.5e-7)


def test_a_gradient_that_is_only_rounding_is_measured_by_the_others():
    one = {"1.bias": recorded("b", np.array([1e-17])), "2.kernel": recorded("k", np.array([1.0]))}
    two = {"1.bias": recorded("b", np.array([-3e-17])), "2.kernel": recorded("k", np.array([1.0]))}
    assert not any(t.parted for t in compared_tensors("backward", one, two, 1e-9))


def test_what_the_sample_misses_the_norm_tells():
    one = RNG.normal(size=100_000)
    two = one.copy()
    hidden = np.setdiff1d(np.arange(one.size), positions("w", one.size))
    two[hidden] *= 1.001
    [found] = compared_tensors("forward", {"w": recorded("w", one)}, {"w": recorded("w", two)}, 1e-9)
    assert found.parted
    assert found.difference <= np.abs(one - two).max()


@pytest.mark.parametrize(
    ("one", "two", "difference", "parted"),
    [
        pytest.param([math.nan, 1.0], [math.nan, 1.0], 0.0, False, id="no number in both"),
        pytest.param([math.inf, 1.0], [math.inf, 1.0], 0.0, False, id="infinite in both"),
        pytest.param([math.nan, 1.0], [2.0, 1.0], math.inf, True, id="no number in one"),
        pytest.param([0.0, 0.0], [0.0, 0.0], 0.0, False, id="zeros"),
        pytest.param([1.0, 2.0], [1.0, 2.0, 3.0], math.inf, True, id="another shape"),
    ],
)
def test_odd_values(one, two, difference, parted):
    [found] = compared_tensors("forward", {"1": recorded("1", np.array(one))}, {"1": recorded("1", np.array(two))}, 1e-9)
    assert (found.difference, found.parted) == (difference, parted)


def step(loss: float, kernel: float, slope: float, batch: str = "b") -> RecordedStep:
    told = Observation(
        loss=loss,
        logits=np.array([[loss]]),
        inputs=np.ones((1, 2)),
        activations={"1": np.array([[loss]])},
        output_gradients={"1": np.ones((1, 1))},
        gradients={"1.kernel": np.array([1.0]), "1.bias": np.array([slope])},
        weights={"1.kernel": np.array([kernel]), "1.bias": np.array([np.sign(slope) * 1e-3])},
    )
    return RecordedStep(1, batch, loss, recorded_step(told), {"logits": recorded("logits", np.array([loss]))}, 0.1)


def test_a_step_is_summed_up():
    found = compared(step(2.0, 1.0, 0.5), step(2.5, 1.25, 0.5, batch="c"), TOLERANCES["float64"])
    assert (found.loss, found.logits, found.activations, found.gradients, found.weights) == (0.5, 0.5, 0.5, 0.0, 0.25)
    assert (found.evaluation, found.same_batch, found.losses) == (0.5, False, (2.0, 2.5))
    assert [(t.phase, t.name) for t in found.partings] == [
        ("forward", "1"), ("forward", "logits"), ("forward", "loss"), ("update", "1.kernel"), ("evaluation", "logits"),
    ]  # fmt: skip


def test_what_an_optimizer_makes_of_rounding_is_not_judged():
    found = compared(step(2.0, 1.0, 1e-17), step(2.0, 1.0, -1e-17), TOLERANCES["float64"])
    [bias] = [t for t in found.tensors if t.phase == "update" and t.name == "1.bias"]
    assert bias.difference > 1e-4
    assert bias.excused
    assert not found.partings


# How much.


def test_the_size_of_a_step_is_known_by_arithmetic():
    analysis = preset("lecture-cnn", 10).analyse((32, 32, 3))
    size = step_bytes(analysis, Plan("cifar10", batch_size=32, dtype="float64"))
    outputs = 32 * 32 * 32 + 16 * 16 * 32 + 16 * 16 * 64 + 8 * 8 * 64 + 4096 + 100 + 100 + 10
    assert size == 8 * (32 * (3072 + 2 * outputs) + 2 * 430_102)


@pytest.mark.parametrize(
    ("plan", "recording", "sentence"),
    [
        pytest.param(
            {"batch_size": 4096},
            {},
            r"One step with a batch of 4096 computes [\d,]+ MB.*batches of at most \d+ images",
            id="step",
        ),
        pytest.param(
            {"batch_size": 128}, {"full_steps": 1}, r"with a batch of 128 computes 1\d\d MB.*at most 128 MB", id="one full step"
        ),
        pytest.param({}, {"full_steps": 50}, r"every number of 50 steps would take 2,067 MB.*Keep 3 steps in full", id="full"),
        pytest.param({}, {"isolate": True}, r"8,266 MB in 200 steps.*at most 4,000 MB.*Ask for 96 steps", id="isolate"),
    ],
)
def test_too_much_is_refused_and_less_offered(plan, recording, sentence):
    analysis = preset("lecture-cnn", 10).analyse((32, 32, 3))
    with pytest.raises(PlanError, match=sentence):
        check_size(analysis, Plan("cifar10", dtype="float64", **plan), Recording(**recording))


@pytest.mark.parametrize(
    ("offered", "more"),
    [
        pytest.param(Recording(full_steps=3), Recording(full_steps=4), id="whole tensors of some steps"),
        pytest.param(Recording(96, isolate=True), Recording(97, isolate=True), id="steps in isolation"),
    ],
)
def test_what_is_offered_is_accepted_and_one_more_is_not(offered, more):
    analysis = preset("lecture-cnn", 10).analyse((32, 32, 3))
    plan = Plan("cifar10", dtype="float64")
    check_size(analysis, plan, offered)
    with pytest.raises(PlanError):
        check_size(analysis, plan, more)


@pytest.mark.parametrize("field", [{"steps": 0}, {"steps": MAX_STEPS + 1}, {"full_steps": -1}, {"evaluate_every": 0}])
def test_wrong_numbers_are_refused(field):
    with pytest.raises(PlanError, match=next(iter(field))):
        Recording(**field)


@pytest.mark.parametrize(("step_number", "seen"), [(1, True), (2, False), (10, True), (15, False), (20, True), (25, True)])
def test_validation_images_are_looked_at_after_the_first_the_last_and_every_tenth(step_number, seen):
    assert Recording(25).evaluates(step_number) is seen
