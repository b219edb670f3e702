"""The shared loop, with a backend that learns nothing and a clock that the test advances."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from clsf import training
from clsf.backends.base import DeviceFacts, Evaluation, StepReport
from clsf.backends.initial import initial_weights, weights_hash
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.data.order import batch_order, order_hash
from clsf.errors import SpecError
from clsf.events import (
    BatchesEnded,
    DataProgress,
    EpochEnded,
    Event,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
)
from clsf.meters import CHUNK_SECONDS, MAX_CHUNK
from clsf.model.layers import Dense, Dropout, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests.jobs import of

STEP, LOOK = 1 / 1024, 0.5  # seconds on the fake clock of a step and of an evaluation; exact in binary


@pytest.fixture
def clock(monkeypatch):
    """A clock that does not run by itself; `clock.now += 1` lets a second pass."""
    clock = SimpleNamespace(now=100.0)
    fake = SimpleNamespace(perf_counter=lambda: clock.now)
    monkeypatch.setattr("clsf.training.time", fake)
    monkeypatch.setattr("clsf.chunks.time", fake)
    monkeypatch.setattr("clsf.meters.time", fake)
    return clock


@dataclass
class FakeBackend:
    """A backend that reports loss 1/1, 1/2, 1/3, … and half of each batch as right, rounded down."""

    clock: SimpleNamespace
    prepared: Prepared
    diverges_at: int | None = None  # step, 0-based
    diverged_loss: float = math.nan
    validation_loss: float = 0.75
    seconds: Callable[[int], float] = lambda step: STEP  # of one step
    rates: list[tuple[int, float]] = field(default_factory=list)  # (steps done, rate)
    chunks: list[tuple[int, tuple[int, int]]] = field(default_factory=list)  # (first step, shape of the order)
    orders: list[np.ndarray] = field(default_factory=list)
    fit_closed: int = 0
    steps: int = 0

    def train_steps(self, order: np.ndarray, first_step: int) -> StepReport:
        assert order.dtype == np.int64
        assert first_step == self.steps
        self.chunks.append((first_step, order.shape))
        self.orders += list(order)
        return self._report([len(row) for row in order], norms=True)

    def fit_epoch(self, order: list[np.ndarray], epoch: int, first_step: int = 0) -> Iterator[StepReport]:
        assert first_step == self.steps
        try:
            for row in order:
                self.orders.append(row)
                yield self._report([len(row)], norms=False)
        finally:
            self.fit_closed += 1

    def _report(self, sizes: list[int], norms: bool) -> StepReport:
        losses = []
        for _ in sizes:
            self.clock.now += self.seconds(self.steps)
            losses.append(self.diverged_loss if self.steps == self.diverges_at else 1 / (self.steps + 1))
            self.steps += 1
        return StepReport(np.array(losses), np.array(sizes) // 2, np.arange(len(sizes)) + 1.0 if norms else None)

    def evaluate(self, indices: np.ndarray) -> Evaluation:
        np.testing.assert_array_equal(indices, self.prepared.validation)
        self.clock.now += LOOK
        return Evaluation(self.validation_loss, 0.625)

    def set_learning_rate(self, value: float) -> None:
        self.rates.append((self.steps, value))


def images(train: int = 40, validation: int = 8) -> Prepared:
    count = train + validation
    indices = np.arange(count)
    pixels, labels = np.zeros((count, 2, 2, 1), np.uint8), np.arange(count) % 2
    return Prepared(pixels, labels, ("a", "b"), indices[:train], indices[train:], np.zeros(1), np.ones(1))


@pytest.fixture
def start(clock):
    """Begin a training; returns its events, the backend and the control."""

    def begin(control: Control | None = None, train: int = 40, framework: str = "torch", plan: dict | None = None, **backend):
        prepared = images(train)
        plan = Plan("none", **{"epochs": 2, "batch_size": 8, "learning_rate": 0.5, **(plan or {})})
        fake, control = FakeBackend(clock, prepared, **backend), control or Control()
        return training.train(fake, framework, prepared, plan, control), fake, control

    return begin


LOOPS = pytest.mark.parametrize(
    "variant",
    [
        pytest.param({"framework": "torch"}, id="own loop"),
        pytest.param({"framework": "tensorflow", "plan": {"variants": {"tensorflow": "fit"}}}, id="fit"),
    ],
)


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


# The sequence of events.


@LOOPS
def test_a_run_tells_its_batches_epoch_by_epoch_and_ends_once(start, variant):
    events, backend, _ = start(**variant)
    story = list(events)
    assert [kind for n, kind in enumerate(kinds(story)) if n == 0 or kind is not kinds(story)[n - 1]] == [
        BatchesEnded, EpochEnded, BatchesEnded, EpochEnded, RunEnded,
    ]  # fmt: skip
    assert [e.epoch for e in of(EpochEnded, story)] == [1, 2]
    assert backend.steps == 10


@LOOPS
def test_every_step_is_told_once_and_in_order(start, variant):
    events, _, _ = start(**variant)
    batches = of(BatchesEnded, list(events))
    assert [loss for e in batches for loss in e.losses] == [1 / n for n in range(1, 11)]
    at = 1
    for event in batches:
        assert event.step == at
        assert event.epoch == (1 if at <= 5 else 2)
        assert len(event.accuracies) == len(event.losses)
        at += len(event.losses)


def test_events_hold_plain_python_numbers(start):
    story = list(start(train=20)[0])
    batches, epoch, end = story[0], of(EpochEnded, story)[0], story[-1]
    for value in (*batches.losses, *batches.accuracies, *batches.gradient_norms, batches.seconds, batches.images_per_second):
        assert type(value) is float
    for value in (epoch.train_loss, epoch.train_accuracy, epoch.validation_loss, end.validation_accuracy, end.seconds):
        assert type(value) is float


def test_the_last_epochs_numbers_end_the_run(start):
    story = list(start()[0])
    last, end = of(EpochEnded, story)[-1], story[-1]
    assert (end.framework, end.reason, end.epochs) == ("torch", "finished", 2)
    for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(end, name) == getattr(last, name)


@LOOPS
def test_a_smaller_last_batch_is_trained_on_too(start, variant):
    events, backend, _ = start(train=19, **{**variant, "plan": {**variant.get("plan", {}), "epochs": 1}})
    story = list(events)
    assert [len(row) for row in backend.orders] == [8, 8, 3]
    accuracies = [a for e in of(BatchesEnded, story) for a in e.accuracies]
    assert accuracies == [4 / 8, 4 / 8, 1 / 3]
    epoch = of(EpochEnded, story)[0]
    assert epoch.train_accuracy == pytest.approx((4 + 4 + 1) / 19), "each batch counts by its images"
    assert epoch.train_loss == pytest.approx((8 * 1 + 8 / 2 + 3 / 3) / 19)


def test_a_smaller_last_batch_goes_by_itself(start):
    events, backend, _ = start(train=8 * 30 + 3, plan={"epochs": 1})
    list(events)
    assert [shape for _, shape in backend.chunks][-1] == (1, 3)
    assert all(batch == 8 for _, (_, batch) in backend.chunks[:-1])


@LOOPS
def test_batches_are_those_of_the_plan(start, variant):
    events, backend, _ = start(**{**variant, "plan": {**variant.get("plan", {}), "seed": 3}})
    list(events)
    expected = [batch for epoch in (1, 2) for batch in batch_order(np.arange(40), 8, 3, epoch)]
    np.testing.assert_array_equal(np.stack(backend.orders), np.stack(expected))


def test_the_difference_shuffling_sees_other_batches(start):
    usual, other = start(), start(plan={"differences": ("shuffling",)})
    for events, _, _ in (usual, other):
        list(events)
    assert (np.stack(usual[1].orders) != np.stack(other[1].orders)).any()
    assert sorted(np.concatenate(other[1].orders[:5])) == list(range(40)), "every image once per epoch all the same"


def test_fit_tells_no_gradient_norms(start):
    own, fit = start()[0], start(framework="tensorflow", plan={"variants": {"tensorflow": "fit"}})[0]
    assert all(e.gradient_norms for e in of(BatchesEnded, list(own)))
    assert all(e.gradient_norms is None for e in of(BatchesEnded, list(fit)))


# Stop, pause, step.


@LOOPS
def test_stop_ends_the_run_after_the_chunk_in_progress(start, variant):
    events, backend, control = start(train=2000, **variant)
    first = next(events)
    control.stop()
    rest = list(events)
    assert kinds(rest) == [RunEnded]
    assert (rest[0].reason, rest[0].epochs, rest[0].validation_loss) == ("stopped", 0, backend.validation_loss)
    assert rest[0].train_loss == pytest.approx(np.mean(first.losses))
    assert backend.steps == len(first.losses)


@LOOPS
def test_stop_before_the_first_step(start, variant):
    control = Control()
    control.stop()
    events, backend, _ = start(control, **variant)
    assert kinds(list(events)) == [RunEnded]
    assert backend.steps == 0


def test_stop_in_a_later_epoch_counts_whole_epochs_and_tells_of_the_steps_since(start):
    events, _, control = start()
    story = []
    for event in events:
        story.append(event)
        if isinstance(event, BatchesEnded) and event.epoch == 2:
            control.stop()
    assert (story[-1].reason, story[-1].epochs) == ("stopped", 1)
    since = [loss for e in of(BatchesEnded, story) if e.epoch == 2 for loss in e.losses]
    assert story[-1].train_loss == pytest.approx(np.mean(since))


def test_fit_is_closed_whether_it_ends_or_is_stopped(start):
    fit = {"framework": "tensorflow", "plan": {"variants": {"tensorflow": "fit"}}}
    events, backend, _ = start(**fit)
    list(events)
    assert backend.fit_closed == 2
    events, backend, control = start(train=800, **fit)
    next(events)
    control.stop()
    list(events)
    assert backend.fit_closed == 1
    events, backend, _ = start(train=800, **fit)
    next(events)
    events.close()
    assert backend.fit_closed == 1, "the reader went away"


@LOOPS
def test_pause_and_resume_are_told_with_the_steps_done(start, variant):
    events, backend, control = start(train=2000, **variant)
    done = len(next(events).losses)
    control.pause()
    assert next(events) == Paused(done)
    assert backend.steps == done
    control.resume()
    assert next(events) == Resumed(done)
    assert isinstance(next(events), BatchesEnded)


@LOOPS
def test_stepping_takes_one_step_at_a_time(start, variant):
    events, backend, control = start(Control(paused=True), train=800, **variant)
    assert next(events) == Paused(0)
    for step in range(1, 5):
        control.step()
        event = next(events)
        assert (event.step, len(event.losses)) == (step, 1)
        assert next(events) == Paused(step)
        assert backend.steps == step
    control.resume()
    assert next(events) == Resumed(4)
    assert next(events).step == 5


@LOOPS
def test_steps_go_on_over_the_end_of_an_epoch(start, variant):
    events, _, control = start(Control(paused=True), train=16, **variant)
    story = []
    for event in events:
        story.append(event)
        if isinstance(event, Paused):
            control.step()
    assert kinds(story) == [
        Paused, BatchesEnded, Paused, BatchesEnded, Paused, EpochEnded, BatchesEnded, Paused, BatchesEnded, Paused, EpochEnded,
        RunEnded,
    ]  # fmt: skip


@LOOPS
def test_stop_while_paused_does_not_resume(start, variant):
    events, _, control = start(Control(paused=True), **variant)
    assert next(events) == Paused(0)
    control.stop()
    assert kinds(list(events)) == [RunEnded]


@LOOPS
def test_a_new_learning_rate_is_in_force_from_the_next_step_on(start, variant):
    events, backend, control = start(train=2000, **variant)
    first = next(events)
    assert first.learning_rate == 0.5
    control.learning_rate(0.125)
    assert next(events) == LearningRateChanged(len(first.losses), 0.125)
    assert backend.rates == [(len(first.losses), 0.125)]
    assert next(events).learning_rate == 0.125
    control.stop()


def test_a_learning_rate_set_while_paused_comes_before_the_next_step(start):
    events, backend, control = start(Control(paused=True))
    assert next(events) == Paused(0)
    control.learning_rate(0.25)
    control.step()
    assert kinds([next(events), next(events)]) == [LearningRateChanged, BatchesEnded]
    assert backend.rates == [(0, 0.25)]


# Losses that are nan or infinite.


@LOOPS
@pytest.mark.parametrize("step", [0, 3, 7])
def test_a_loss_that_is_no_number_ends_the_run(start, variant, step):
    events, _, _ = start(diverges_at=step, **variant)
    story = list(events)
    assert isinstance(story[-2], BatchesEnded)
    assert any(math.isnan(loss) for loss in story[-2].losses), "the number is told, so that a chart can show it"
    assert (story[-1].reason, story[-1].epochs) == ("diverged", step // 5)


@LOOPS
@pytest.mark.parametrize(("loss", "reason"), [(1.2e6, "diverged"), (math.inf, "diverged"), (0.9e6, "finished")])
def test_a_loss_out_of_hand_ends_the_run_though_it_is_a_number(start, variant, loss, reason):
    story = list(start(diverges_at=2, diverged_loss=loss, **variant)[0])
    assert story[-1].reason == reason


@pytest.mark.parametrize("loss", [math.nan, math.inf, 2e6])
def test_a_validation_loss_that_is_no_number_ends_the_run_too(start, loss):
    story = list(start(validation_loss=loss)[0])
    assert kinds(story)[-2:] == [EpochEnded, RunEnded]
    assert (story[-1].reason, story[-1].epochs) == ("diverged", 1)


# Speed and time.


def lengths(backend: FakeBackend) -> list[int]:
    return [steps for _, (steps, _) in backend.chunks]


def test_chunks_grow_until_they_take_a_tenth_of_a_second(start):
    events, backend, _ = start(train=8 * 400, plan={"epochs": 1})
    list(events)
    assert lengths(backend)[:8] == [1, 2, 4, 8, 16, 32, 64, int(CHUNK_SECONDS / STEP)]
    assert max(lengths(backend)) == 102


def test_chunks_are_capped_however_fast_the_steps(start):
    events, backend, _ = start(train=8 * 2000, plan={"epochs": 1}, seconds=lambda step: 1e-9)
    list(events)
    assert max(lengths(backend)) == MAX_CHUNK
    assert sum(lengths(backend)) == 2000


def test_slow_steps_go_one_by_one(start):
    events, backend, _ = start(seconds=lambda step: 0.2)
    list(events)
    assert lengths(backend) == [1] * 10


def test_chunks_shrink_when_steps_become_slow(start):
    events, backend, _ = start(train=8 * 200, plan={"epochs": 1}, seconds=lambda step: STEP if step < 63 else 0.05)
    list(events)
    assert lengths(backend)[:9] == [1, 2, 4, 8, 16, 32, 64, 2, 2]


def test_the_pace_goes_on_in_the_next_epoch_and_never_crosses_its_end(start):
    events, backend, _ = start(train=8 * 20, plan={"epochs": 2})
    list(events)
    assert lengths(backend) == [1, 2, 4, 8, 5, 20]


def test_fit_reports_are_gathered_for_a_tenth_of_a_second(start):
    fit = {"framework": "tensorflow", "plan": {"variants": {"tensorflow": "fit"}, "epochs": 1}}
    story = list(start(train=8 * 250, **fit)[0])
    assert [len(e.losses) for e in of(BatchesEnded, story)] == [103, 103, 44]  # 103 / 1024 is the first to reach a tenth


def test_seconds_are_of_training_and_leave_pauses_and_looking_out(start, clock):
    events, _, control = start(plan={"epochs": 2}, seconds=lambda step: 0.25)
    story = []
    for event in events:
        story.append(event)
        if isinstance(event, BatchesEnded) and event.step == 2:
            control.pause()
        if isinstance(event, Paused):
            clock.now += 1000
            control.resume()
    assert [e.seconds for e in of(BatchesEnded, story)] == [0.25 * n for n in range(1, 11)]
    assert [(e.seconds, e.validation_seconds) for e in of(EpochEnded, story)] == [(1.25, LOOK)] * 2
    assert story[-1].seconds == 2 * (1.25 + LOOK)


def test_the_speed_of_the_run_leaves_the_first_call_out(start):
    """The first step includes tracing: here it takes 10 seconds, the others 0.25."""
    story = list(start(plan={"epochs": 1}, seconds=lambda step: 0.25 if step else 10.0)[0])
    assert story[0].images_per_second == 8 / 10
    assert story[-1].images_per_second == 8 / 0.25
    assert of(EpochEnded, story)[0].images_per_second == 40 / 11


def test_the_speed_of_a_run_with_one_call_is_of_that_call(start):
    events, _, control = start(seconds=lambda step: 0.25)
    next(events)
    control.stop()
    assert next(events).images_per_second == 8 / 0.25


def test_a_run_that_took_no_step_has_no_speed(start):
    control = Control()
    control.stop()
    assert next(start(control)[0]).images_per_second is None


# A whole run: data, weights, facts, and then the loop.


@pytest.fixture
def whole(clock, monkeypatch):
    """Run on images that need no data set; returns events, weights kept, and what was built."""
    prepared, seen = images(), SimpleNamespace(events=[], kept=[], built=[])

    class Built(FakeBackend):
        def facts(self) -> DeviceFacts:
            return DeviceFacts("cpu", 2, {"fake": "1.0"})

        def get_weights(self) -> dict[str, np.ndarray]:
            return {"2.kernel": np.full((4, 2), float(self.steps))}

    def build(spec, plan, data, weights):
        seen.built.append((spec, plan, weights))
        return Built(clock, data)

    def open_dataset(name, progress):
        progress("download", 1, 2)
        progress("download", 2, 2)
        return name

    def prepare(dataset, plan, progress):
        progress("prepare", 48, 48)
        return prepared

    monkeypatch.setattr(training, "open_dataset", open_dataset)
    monkeypatch.setattr(training, "prepare", prepare)
    monkeypatch.setattr(training.backends, "load", lambda framework: SimpleNamespace(build=build))

    def begin(spec: ModelSpec = SMALL, control: Control | None = None, **plan):
        plan = Plan("none", **{"epochs": 1, "batch_size": 8, "device": "cpu", **plan})
        tell = seen.events.append
        training.run("torch", spec, plan, control or Control(), tell, seen.kept.append)
        return seen

    begin.seen = seen
    return begin


SMALL = ModelSpec("small", (Flatten(), Dense(2)))


def test_a_run_tells_its_data_then_itself_then_its_training(whole):
    seen = whole()
    story = kinds(seen.events)
    assert story[:4] == [DataProgress, DataProgress, DataProgress, RunStarted]
    assert set(story[4:-2]) == {BatchesEnded}
    assert story[-2:] == [EpochEnded, RunEnded]


def test_a_run_starts_with_what_a_fairness_check_asks_for(whole):
    started = of(RunStarted, whole(seed=5, start="kaiming").events)[0]
    weights = initial_weights(SMALL.analyse((2, 2, 1)), "kaiming", 5, "float32")
    assert started.weights_hash == weights_hash(weights)
    assert started.order_hash == order_hash(batch_order(np.arange(40), 8, 5, epoch=1))
    assert (started.framework, started.variant, started.device, started.threads) == ("torch", "loop", "cpu", 2)
    assert (started.train_images, started.validation_images, started.batches_per_epoch) == (40, 8, 5)
    assert (started.input_shape, started.parameters, started.versions["fake"]) == ((2, 2, 1), 10, "1.0")
    assert set(started.versions) == {"fake", "Python", "clsf"}


def test_the_weights_after_the_last_step_are_kept(whole):
    assert whole().kept[0]["2.kernel"][0, 0] == 5
    assert len(whole.seen.kept) == 1


def test_stop_while_the_data_are_fetched_ends_the_run_without_building(whole):
    control = Control()
    control.stop()
    seen = whole(control=control)
    assert seen.events == [RunEnded("torch", "stopped", 0, 0.0, None)]
    assert not seen.built
    assert not seen.kept


def test_a_model_that_does_not_suit_the_data_is_refused_before_anything_is_built(whole):
    with pytest.raises(SpecError, match="ends in 3, but the data has 2 classes"):
        whole(ModelSpec("wrong", (Flatten(), Dense(3))))
    assert not whole.seen.built


def test_both_frameworks_get_the_same_weights_and_plan(whole):
    whole(seed=1)
    whole(seed=1)
    (_, plan, one), (_, again, other) = whole.seen.built
    assert plan == again
    assert weights_hash(one) == weights_hash(other)


def test_a_difference_changes_the_model_that_is_built_not_its_weights(whole):
    spec = ModelSpec("dropping", (Flatten(), Dropout(0.2), Dense(2)))
    whole(spec)
    whole(spec, differences=("dropout-rate",))
    (usual, _, one), (other, _, two) = whole.seen.built
    assert usual == spec
    assert other.layers[1] == Dropout(0.5)
    assert weights_hash(one) == weights_hash(two)
