"""The coordinator, with fake sides: its messages, where runs first differ, and what happens when one side fails."""

import math
import time

import numpy as np
import pytest

from clsf.backends.base import Observation
from clsf.compare.background import Background
from clsf.compare.lockstep import MOST_AT_ONCE, lockstep
from clsf.compare.measure import TOLERANCES, compared
from clsf.compare.recording import LOGITS, Recording, recorded, recorded_step, recorded_weights
from clsf.compare.session import MOST_SESSIONS, UNUSED_SECONDS, Opened, RecordedStep, SessionRequest, Sessions
from clsf.compare.values import FirstParting, LockstepResult, LockstepStarted, StepDifference
from clsf.compare.verdict import amplification, kind_of, place
from clsf.errors import EngineError
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

SPEC = ModelSpec("small", (Conv2D(2, 1), Flatten(), Dense(3)))
NAMES = ("1.kernel", "1.bias", "3.kernel", "3.bias")


class FakeSide:
    """A fake side that reports made-up numbers; `fault(step)` is added to a tensor, `fails_at` raises, `drift` grows with the step."""

    def __init__(self, framework="torch", *, start=0.0, fault=None, fails_at=None, drift=0.0, differences=(), loss=None):
        self.framework, self.spec = framework, SPEC
        self.plan = Plan("digits", dtype="float64", differences=differences)
        self.start, self.fault, self.fails_at, self.drift, self.loss = start, fault or {}, fails_at, drift, loss
        self.calls, self.closed = [], 0

    def open(self):
        if self.fails_at == 0:
            raise EngineError("No {what} today.", what=self.framework)
        weights = recorded_weights({name: np.ones(4) + self.start for name in NAMES})
        return Opened(
            self.framework, "cpu", 1, {}, (2, 2, 1), ("a", "b", "c"), 30, 100, 4, f"hash{self.start}", "order", weights
        )

    def advance(self, first, count, tell_all=False):
        self.calls.append((first, count))
        return [self.step(first + n, tell_all) for n in range(count)]

    def isolate(self, step, told, before):
        self.calls.append(("isolate", step))
        return self.step(step, False)

    def step(self, number, tell_all):
        if number == self.fails_at:
            raise EngineError("The {framework} worker process was killed.", framework=self.framework)

        def value(phase, name):
            return np.full(4, 1.0 + number) + self.fault.get((number, phase, name), 0.0) + self.drift * number**8

        paths = ("1", "2", "3")
        told = Observation(
            loss=self.loss(number) if self.loss else float(value("forward", "loss")[0]),
            logits=value("forward", "logits"),
            inputs=value("forward", "images"),
            activations={path: value("forward", path) for path in paths},
            output_gradients={path: value("backward", path) for path in paths},
            gradients={name: value("backward", name) for name in NAMES},
            weights={name: value("update", name) for name in NAMES},
        )
        return RecordedStep(number, "b", told.loss, recorded_step(told), None, 0.01, (told, {}) if tell_all else None)

    def close(self):
        self.closed += 1


def run(other, reference=None, **recording):
    reference = reference or FakeSide("tensorflow")
    started, *steps, result = lockstep(reference, other, Recording(**{"steps": 30, **recording}))
    assert isinstance(started, LockstepStarted)
    assert all(isinstance(step, StepDifference) for step in steps)
    assert isinstance(result, LockstepResult)
    assert (reference.closed, other.closed) == (1, 1)
    return started, steps, result


def test_equal_sides_stay_equal():
    started, steps, result = run(FakeSide())
    assert (started.same_weights, started.same_order, started.rounding) == (True, True, 2.0**-52)
    assert [step.step for step in steps] == list(range(1, 31))
    assert (result.steps, result.max_loss_difference, result.first_parting, result.failure) == (30, 0.0, None, None)
    assert "TensorFlow and PyTorch compute the same" in str(result.sentence)


def test_steps_are_asked_for_in_growing_chunks_that_cover_all():
    side = FakeSide()
    run(side, steps=100)
    assert side.calls[:3] == [(1, 1), (2, 1), (3, 2)]
    assert sum(count for _, count in side.calls) == 100
    assert max(count for _, count in side.calls) <= MOST_AT_ONCE


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        pytest.param({(1, "forward", "images"): 1.0, (1, "forward", "1"): 1.0}, ("forward", "images"), id="inputs first"),
        pytest.param({(1, "forward", "3"): 1.0, (1, "backward", "3"): 1.0}, ("forward", "3"), id="forward before backward"),
        pytest.param(
            {(1, "backward", "1"): 1.0, (1, "backward", "3.bias"): 1.0}, ("backward", "3.bias"), id="last layer first"
        ),
        pytest.param({(1, "update", "3.kernel"): 1.0, (1, "update", "1.bias"): 1.0}, ("update", "1.bias"), id="by parameter"),
        pytest.param({(1, "update", "1.bias"): 1e-10}, None, id="within the tolerance"),
        pytest.param({(1, "backward", "2"): 1.0}, None, id="a tie of max pooling that no weight notices"),
        pytest.param(
            {(1, "backward", "2"): 1.0, (1, "backward", "1.bias"): 1.0}, ("backward", "2"), id="one that a weight notices"
        ),
    ],
)
def test_the_first_parting_is_the_first_in_order_of_computation(fault, where):
    _, _, result = run(FakeSide(fault=fault), steps=2)
    found = result.first_parting
    assert (found and (found.step, found.phase, found.tensor)) == (where and (1, *where))


def test_other_initial_weights_part_before_anything_else():
    started, _, result = run(FakeSide(start=0.5, fault={(1, "forward", "images"): 1.0}), steps=1)
    assert not started.same_weights
    assert (result.first_parting.step, result.first_parting.phase, result.first_parting.tensor) == (1, "forward", "1.kernel")
    assert result.first_parting.difference == 0.5


def test_a_difference_that_grows_is_told_from_one_that_jumps():
    _, steps, result = run(FakeSide(drift=1e-18), steps=30)
    assert result.growth
    assert result.first_parting.step > 2
    assert steps[0].partings == ()
    assert "rounding that grew" in str(result.sentence)


def test_the_reason_is_named_when_it_was_switched_on():
    _, _, result = run(FakeSide(fault={(1, "forward", "2"): 1.0}, differences=("flatten-order",)), steps=1)
    assert "That is where 'Order of flattening' shows" in str(result.sentence)


def test_a_switched_difference_that_takes_a_few_steps_to_show_is_not_called_rounding():
    _, _, result = run(FakeSide(fault={(4, "forward", "2"): 1.0}, differences=("flatten-order",)), steps=5)
    assert (result.first_parting.step, result.growth) == (4, False)


@pytest.mark.parametrize("isolate", [True, False])
def test_a_failed_half_leaves_the_steps_before_it(isolate):
    _, steps, result = run(FakeSide(fails_at=6), isolate=isolate)
    assert len(steps) >= 2
    assert result.steps == len(steps)
    framework, sentence = result.failure
    assert (framework, str(sentence)) == ("torch", "The torch worker process was killed.")


def test_a_half_that_can_not_begin_raises_and_the_other_is_closed():
    reference, other = FakeSide("tensorflow"), FakeSide(fails_at=0)
    with pytest.raises(EngineError, match="No torch today"):
        list(lockstep(reference, other, Recording(5)))
    assert reference.closed == 1


def test_it_ends_where_the_loss_is_no_number_any_more():
    _, steps, result = run(FakeSide(loss=lambda n: math.nan if n == 4 else 1.0 + n), steps=30)
    assert steps[-1].step == 4
    assert "At step 4 a loss is nan or infinite" in str(result.sentence)
    assert result.steps == 4


def test_it_stops_when_asked_to():
    calls = []

    def stopped():
        calls.append(1)
        return len(calls) > 3

    *_, result = lockstep(FakeSide("tensorflow"), FakeSide(), Recording(1000), stopped=stopped)
    assert 0 < result.steps < 1000


def test_closing_the_generator_closes_both_sides():
    reference, other = FakeSide("tensorflow"), FakeSide()
    running = lockstep(reference, other, Recording(1000))
    next(running), next(running)
    running.close()
    assert (reference.closed, other.closed) == (1, 1)


def test_isolate_hands_the_references_values_on():
    side = FakeSide(fault={(2, "forward", "3"): 1.0})
    _, _, result = run(side, steps=3, isolate=True)
    assert side.calls == [("isolate", 1), ("isolate", 2), ("isolate", 3)]
    assert not result.growth
    assert "only these differ in that step: 3" in str(result.sentence)


def test_isolate_measures_by_what_is_allowed():
    """A gradient that is only rounding may differ by all of its size."""
    _, _, result = run(FakeSide(fault={(1, "forward", "3"): 1e-12}), steps=1, isolate=True)
    assert "none differs by more than 5.0e-13 of its size" in str(result.sentence)


# Words.


@pytest.mark.parametrize(
    ("phase", "tensor", "words"),
    [
        ("forward", "1", "what comes out of layer 1 (Conv2D)"),
        ("forward", "1.kernel", "the first kernel of layer 1 (Conv2D), before any step,"),
        ("backward", "3", "the gradient by what comes out of layer 3 (Dense)"),
        ("backward", "3.bias", "the gradient of the bias of layer 3 (Dense)"),
        ("update", "3.bias", "the bias of layer 3 (Dense) after the update"),
        ("forward", "images", "the input of the first layer"),
        ("forward", "logits", "what the loss receives"),
        ("forward", "loss", "the loss"),
        ("evaluation", "logits", "what it says of validation images"),
        ("evaluation", "loss", "on validation images, after the step, the loss"),
    ],
)
def test_a_place_is_named_in_words(phase, tensor, words):
    assert str(place(FirstParting(1, phase, tensor, 1.0, 0.0), SPEC)) == words


@pytest.mark.parametrize(
    ("path", "kind"), [("4", "Residual"), ("4.body.2", "BatchNorm"), ("6.shortcut.1", "Conv2D"), ("99", "layer")]
)
def test_a_layer_in_a_branch_is_found(path, kind):
    assert kind_of(preset("residual"), path) == kind


def test_the_layer_that_enlarges_differences_is_measured():
    fault = {(n, "forward", path): size for n in (1, 2, 3) for path, size in (("images", 1e-12), ("1", 3e-12), ("2", 3e-12))}
    _, steps, _ = run(FakeSide(fault=fault), steps=3)
    factors = amplification(SPEC, steps)
    assert factors["1"] == pytest.approx(3.0, rel=1e-3)
    assert factors["2"] == pytest.approx(1.0)


# Sessions of a worker.


class FakeSession:
    def __init__(self, request, recording):
        self.token, self.used = request.token, 0.0


def sessions(clock):
    return Sessions(lambda: clock[0], FakeSession)


def request(token):
    return SessionRequest(token, "torch", {}, {})


def test_a_session_is_opened_once_and_closed():
    kept = sessions([0.0])
    one = kept.of(request("a"), Recording())
    assert kept.of(request("a"), Recording()) is one
    kept.close("a")
    kept.close("never opened")
    assert len(kept) == 0
    kept.sweep()


def test_the_longest_unused_session_goes_when_there_are_too_many():
    kept = sessions([0.0])
    for token in "abcd":
        kept.open(request(token), Recording())
    first = kept.of(request("a"), Recording())
    kept.open(request("e"), Recording())
    assert len(kept) == MOST_SESSIONS
    assert kept.of(request("a"), Recording()) is first
    assert "b" not in kept._open
    for token in "acde":
        kept.close(token)
    kept.sweep()


def test_a_session_that_nobody_uses_ends_by_itself():
    clock = [0.0]
    kept = sessions(clock)
    kept.open(request("a"), Recording())
    clock[0] = UNUSED_SECONDS - 1
    kept.open(request("b"), Recording())
    clock[0] = UNUSED_SECONDS
    kept.sweep()
    assert list(kept._open) == ["b"]
    kept.close("b")
    kept.sweep()


# In the background.


def test_what_was_said_can_be_looked_at_while_it_goes_on():
    def numbers(stopped):
        n = 0
        while not stopped():
            yield n
            n += 1
            time.sleep(0.001)

    running = Background(numbers)
    while running.version < 3:
        time.sleep(0.001)
    assert not running.over
    running.stop()
    assert running.wait(5)
    assert running.items[:3] == [0, 1, 2]
    assert running.version == len(running.items) + 1


@pytest.mark.parametrize(
    ("error", "sentence"), [(EngineError("No {what}.", what="luck"), "No luck."), (KeyError("x"), "failed with KeyError")]
)
def test_why_it_could_not_go_on_is_said(error, sentence):
    def failing(stopped):
        yield 1
        raise error

    running = Background(failing)
    assert running.wait(5)
    assert running.items == [1]
    assert sentence in str(running.failure)


def taken(gradients, weights, terms=None, dtype="float32") -> RecordedStep:
    """Return a step with these values of the gradient and of the weight "1.bias"."""
    backward = {"1.bias": recorded("1.bias", np.array(gradients, dtype))}
    if terms is not None:
        backward = {"1": recorded("1", np.array(terms, dtype)), **backward}
    update = {"1.bias": recorded("1.bias", np.array(weights, dtype))}
    forward = {LOGITS: recorded(LOGITS, np.ones(3, dtype))}
    return RecordedStep(1, "b", 1.0, {"forward": forward, "backward": backward, "update": update}, None, 0.0)


def parted(one: RecordedStep, two: RecordedStep) -> list[tuple[str, str]]:
    return [(t.phase, t.name) for t in compared(one, two, TOLERANCES["float32"]).tensors if t.parted]


def test_one_value_of_a_gradient_that_is_rounding_alone_is_no_fault():
    """Adam makes a whole step of it, in a different direction in each framework; values where both agree are judged."""
    one, two = taken([1.0, 1e-8], [0.001, 0.001]), taken([1.0, -1e-8], [0.001, -0.001])
    assert parted(one, two) == []
    assert parted(one, taken([1.0, -1e-8], [0.002, -0.001])) == [("update", "1.bias")]
    assert parted(one, taken([1.1, -1e-8], [0.001, -0.001])) == [("backward", "1.bias"), ("update", "1.bias")]


def test_a_bias_is_measured_by_what_is_summed():
    """3.5e-5 is rounding if large terms nearly cancel, but a fault if the terms are small."""
    large, small = np.full((32, 16, 16, 2), 0.02), np.full((32, 16, 16, 2), 2e-6)
    large[::2] *= -1
    one, two = ([0.05, 0.01], [0.050035, 0.01])
    assert parted(taken(one, [0, 0], large), taken(two, [0, 0], large)) == []
    assert parted(taken(one, [0, 0], small), taken(two, [0, 0], small)) == [("backward", "1.bias")]
