"""The shared loop on a scripted run: early stopping, the best weights, plateau, schedule, augmentation, and looking inside."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from clsf import inspection, training
from clsf.backends.base import DeviceFacts, Evaluation, StepReport, Weights
from clsf.control import Control
from clsf.data.augment import augment
from clsf.data.images import Prepared
from clsf.data.order import batch_order
from clsf.errors import PlanError
from clsf.events import (
    BatchesEnded,
    BestEpoch,
    EpochEnded,
    LearningRateChanged,
    RunEnded,
    RunStarted,
    StoppedEarly,
    WeightsRestored,
    event_from_json,
    event_to_json,
)
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Augmentation, Plan, Plateau, Preparation, Schedule, Stopping
from clsf.runs.record import STEPS_KEPT, RunRecord
from clsf.schedules import share
from tests.jobs import of

SPEC = ModelSpec("m", (Conv2D(2, 2, activation="relu"), Flatten(), Dense(2)))
EACH = 5  # steps of an epoch
VARIANTS = pytest.mark.parametrize(
    ("framework", "variant"),
    [("torch", {}), ("torch", {"variants": {"torch": "dataloader"}}), ("tensorflow", {"variants": {"tensorflow": "fit"}})],
    ids=["own loop", "dataloader", "fit"],
)


def images(train: int = 8 * EACH, validation: int = 20) -> Prepared:
    rng, count = np.random.default_rng(0), train + validation
    pixels, indices = rng.integers(0, 256, (count, 4, 4, 1), dtype=np.uint8), np.arange(count)
    return Prepared(pixels, indices % 2, ("a", "b"), indices[:train], indices[train:], np.zeros(1), np.ones(1))


@dataclass
class Scripted:
    """A backend whose weights are the number of steps taken, and whose validation losses are given."""

    prepared: Prepared
    validation: list[float]  # loss after each epoch
    steps: int = 0
    evaluated: int = 0
    rates: list[float | None] = field(default_factory=list)  # of each step, where one was given
    set_rates: list[tuple[int, float]] = field(default_factory=list)
    seen: list[np.ndarray] = field(default_factory=list)  # augmented images of each step
    kept_gradients: list[int] = field(default_factory=list)  # steps
    diverges_at: int | None = None

    def train_steps(self, order, first_step, rates=None, pixels=None, keep_gradients=False) -> StepReport:
        assert first_step == self.steps
        self.rates += [None] * len(order) if rates is None else rates.tolist()
        self.seen += [] if pixels is None else list(pixels)
        if keep_gradients:
            assert len(order) == 1
            self.kept_gradients.append(self.steps)
        return self._report(len(order), len(order[0]))

    def fit_epoch(self, order, epoch, first_step=0, rate=None, pixels=None) -> Iterator[StepReport]:
        for n, row in enumerate(order):
            self.rates.append(None if rate is None else rate(n))
            self.seen += [] if pixels is None else [pixels(row)]
            yield self._report(1, len(row))

    def _report(self, count: int, size: int) -> StepReport:
        losses = [np.nan if self.steps + n == self.diverges_at else 1.0 for n in range(count)]
        self.steps += count
        return StepReport(np.array(losses), np.full(count, size // 2), np.ones(count))

    def last_gradients(self) -> Weights:
        return {"1.kernel": np.full((2, 2, 1, 2), 0.5), "1.bias": np.zeros(2)}

    def get_weights(self) -> Weights:
        return {"1.kernel": np.full((2, 2, 1, 2), 1.0 + self.steps), "1.bias": np.full(2, float(self.steps))}

    def set_weights(self, weights: Weights) -> None:
        self.steps = int(weights["1.bias"][0])

    def evaluate(self, indices) -> Evaluation:
        np.testing.assert_array_equal(indices, self.prepared.validation)
        self.evaluated += 1
        return Evaluation(self.validation[self.evaluated - 1], 1 / (1 + self.validation[self.evaluated - 1]))

    def predict(self, pixels) -> np.ndarray:
        return np.tile([0.25, 0.75], (len(pixels), 1))

    def logits(self, pixels) -> np.ndarray:
        return np.log(self.predict(pixels))

    def activations(self, pixels) -> dict[str, np.ndarray]:
        conv = np.zeros((len(pixels), 3, 3, 2))
        conv[..., 1] = np.arange(9).reshape(3, 3)  # the first channel is dead
        return {"1": conv, "2": conv.reshape(len(pixels), -1), "3": self.logits(pixels)}

    def set_learning_rate(self, value: float) -> None:
        self.set_rates.append((self.steps, value))

    def facts(self) -> DeviceFacts:
        return DeviceFacts("cpu", 1, {})


def scripted(validation: list[float], framework: str = "torch", control: Control | None = None, **plan: object):
    """Train; return the events, the backend, and the object that keeps the best weights."""
    prepared = images()
    values = {"epochs": len(validation), "batch_size": 8, "learning_rate": 0.5, **plan}
    diverges_at = values.pop("diverges_at", None)
    backend, plan = Scripted(prepared, validation, diverges_at=diverges_at), Plan("none", **values)
    keeper = training.Keeper(plan.stopping)
    told = list(training.train(backend, framework, prepared, plan, control or Control(), SPEC, keeper))
    return told, backend, keeper


# Early stopping, and the best epoch.

WORSE = [0.9, 0.7, 0.8, 0.75, 0.71, 0.6]
"""Best at epoch 2, until the sixth."""


@VARIANTS
@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 4), (3, 5), (4, 6), (None, 6)])
def test_patience_counts_the_epochs_without_a_better_one(framework, variant, patience, epochs):
    told, backend, _ = scripted(WORSE, framework, stopping=Stopping(patience), **variant)
    assert told[-1] == RunEnded(framework, "finished", epochs, told[-1].seconds, told[-1].images_per_second,
                                1.0, 0.5, WORSE[epochs - 1], 1 / (1 + WORSE[epochs - 1]))  # fmt: skip
    assert backend.steps == epochs * EACH
    stopped = of(StoppedEarly, told)
    assert stopped == ([StoppedEarly(epochs, 2, patience)] if epochs < 6 else [])
    assert [e.epoch for e in of(BestEpoch, told)] == ([] if patience is None else [1, 2] if epochs < 6 else [1, 2, 6])


@VARIANTS
def test_the_restored_weights_are_those_of_the_best_epoch(framework, variant):
    told, backend, keeper = scripted(WORSE, framework, stopping=Stopping(3, restore_best=True), **variant)
    assert [type(e) for e in told[-3:]] == [StoppedEarly, WeightsRestored, RunEnded]
    assert told[-2] == WeightsRestored(2)
    assert backend.get_weights()["1.bias"].tolist() == [2 * EACH] * 2, "as after the second epoch"
    end = told[-1]
    assert (end.epochs, end.validation_loss) == (5, 0.7), "five epochs were trained; the numbers are those of the weights"
    np.testing.assert_array_equal(keeper.chosen_weights["1.kernel"], backend.get_weights()["1.kernel"])


def test_the_kept_weights_are_the_restored_ones_and_a_checkpoint_lies_beside_the_last(monkeypatch):
    """Through `run`, on real images, with a backend whose weights count their steps."""
    for stopping, kept, best in (
        (Stopping(restore_best=True), 1, None), (Stopping(checkpoint=True), 3, 1), (Stopping(), 3, None),
        (Stopping(restore_best=True, checkpoint=True), 1, 1),
    ):  # fmt: skip
        made = []

        def build(spec, plan, prepared, weights, made=made):
            made.append(Scripted(prepared, [0.5, 0.6, 0.7]))
            return made[0]

        monkeypatch.setattr(training.backends, "load", lambda framework, build=build: SimpleNamespace(build=build))
        plan, told, saved = Plan("digits", epochs=3, stopping=stopping), [], []
        training.run("torch", preset("tiny", 10), plan, Control(), told.append, saved.append)
        each = of(RunStarted, told)[0].batches_per_epoch
        (weights,) = saved
        assert weights["1.bias"].tolist() == [kept * each] * 2
        if best is None:
            assert not any(name.startswith(training.BEST) for name in weights)
        else:
            assert weights["best/1.bias"].tolist() == [best * each] * 2


@pytest.mark.parametrize("scale", ["zero-one", "minus-one-one", "standardise"])
def test_a_run_tells_the_scale_that_its_images_decided(monkeypatch, scale):
    made = []
    build = SimpleNamespace(build=lambda spec, plan, prepared, weights: made.append(prepared) or Scripted(prepared, [0.5]))
    monkeypatch.setattr(training.backends, "load", lambda framework: build)
    told, plan = [], Plan("digits", preparation=Preparation(scale=scale), epochs=1)
    training.run("torch", preset("tiny", 10), plan, Control(), told.append)
    (started,), (prepared,) = of(RunStarted, told), made
    assert started.scale == ((tuple(prepared.mean), tuple(prepared.deviation)) if scale == "standardise" else None)
    assert started.classes == tuple("0123456789")
    assert event_from_json(json.loads(json.dumps(event_to_json(started)))) == started


def test_a_run_that_diverges_or_is_stopped_keeps_the_best_weights_too():
    told, backend, _ = scripted(WORSE, stopping=Stopping(restore_best=True), diverges_at=3 * EACH + 2)
    assert told[-1].reason == "diverged"
    assert told[-2] == WeightsRestored(2)
    assert backend.get_weights()["1.bias"][0] == 2 * EACH
    told, backend, _ = scripted(WORSE, stopping=Stopping(restore_best=True), diverges_at=2)
    assert not of(WeightsRestored, told), "there is no epoch to go back to"


@VARIANTS
def test_a_run_stopped_amid_an_epoch_tells_of_the_weights_that_it_keeps(framework, variant):
    """The validation loss belongs to the model after step 7, not to the epoch that ended at step 5."""
    prepared, control = images(), Control(paused=True)
    backend = Scripted(prepared, [0.9, 0.4])
    plan = Plan("none", epochs=3, batch_size=8, **variant)
    told = []
    for event in training.train(backend, framework, prepared, plan, control, SPEC):
        told.append(event)
        if backend.steps == 7:
            control.stop()
        elif not isinstance(event, EpochEnded):
            control.step()
    end = told[-1]
    assert (end.reason, end.epochs, backend.steps, backend.evaluated) == ("stopped", 1, 7, 2)
    assert (end.train_loss, end.train_accuracy, end.validation_loss) == (1.0, 0.5, 0.4)
    assert end.validation_accuracy == 1 / 1.4
    assert end.seconds > sum(e.validation_seconds for e in of(EpochEnded, told))


def test_a_run_stopped_between_epochs_looks_at_nothing_twice():
    prepared, control, backend = images(), Control(), Scripted(images(), [0.9, 0.4])
    for event in training.train(backend, "torch", prepared, Plan("none", epochs=3, batch_size=8), control, SPEC):
        if isinstance(event, EpochEnded):
            control.stop()
    assert (event.reason, event.validation_loss, backend.evaluated) == ("stopped", 0.9, 1)


@VARIANTS
@pytest.mark.parametrize("at", [0, 3, EACH + 1])
def test_a_run_that_diverges_ends_at_that_step_however_many_are_taken_at_once(framework, variant, at, monkeypatch):
    monkeypatch.setattr(training, "Pace", lambda: SimpleNamespace(steps=4, took=lambda *told: None))
    told, _, _ = scripted([0.9, np.nan, 0.5], framework, diverges_at=at, **variant)
    losses = [loss for e in of(BatchesEnded, told) for loss in e.losses]
    assert len(losses) == at + 1
    assert np.isnan(losses[-1])
    end = told[-1]
    assert (end.reason, end.train_loss) == ("diverged", None), "what is no number is not told as one"


def test_the_largest_accuracy_can_be_the_best_too():
    told, _, _ = scripted([0.5, 0.9, 0.4], stopping=Stopping(5, monitor="accuracy"))
    assert [e.epoch for e in of(BestEpoch, told)] == [1, 3]


def test_the_first_of_equals_is_the_best_and_a_delta_is_asked_for_patience_alone():
    told, _, _ = scripted([0.5, 0.5, 0.499], stopping=Stopping(5, min_delta=0.01))
    assert [e.epoch for e in of(BestEpoch, told)] == [1, 3]
    told, _, _ = scripted([0.5, 0.499, 0.498, 0.497], stopping=Stopping(2, min_delta=0.01))
    assert of(StoppedEarly, told) == [StoppedEarly(3, 1, 2)], "as EarlyStopping counts; the best number is another's"


def test_a_plan_that_asks_for_nothing_is_told_nothing_new():
    told, _, _ = scripted(WORSE)
    assert {type(e) for e in told} == {BatchesEnded, EpochEnded, RunEnded}


# Learning rate.


@VARIANTS
def test_every_step_gets_the_rate_of_the_schedule_and_tells_it(framework, variant):
    schedule = Schedule("cosine", 1.0, floor=0.1)
    told, backend, _ = scripted([1.0, 0.9, 0.8], framework, schedule=schedule, **variant)
    expected = [0.5 * share(schedule, step, EACH, 3) for step in range(3 * EACH)]
    assert backend.rates == expected
    assert [rate for e in of(BatchesEnded, told) for rate in e.learning_rates] == expected
    assert [e.learning_rate for e in of(BatchesEnded, told)] == [e.learning_rates[-1] for e in of(BatchesEnded, told)]


def test_without_a_schedule_the_rate_is_set_once_and_told_once():
    told, backend, _ = scripted([1.0, 0.9])
    assert backend.rates == [None] * 2 * EACH
    assert {e.learning_rates for e in of(BatchesEnded, told)} == {None}


@VARIANTS
def test_a_plateau_halves_the_rate(framework, variant):
    losses = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9]
    told, backend, _ = scripted(losses, framework, plateau=Plateau(2, lowest=0.2), **variant)
    assert of(LearningRateChanged, told) == [LearningRateChanged(4 * EACH, 0.25, "plateau")], "then the run is over"
    assert backend.set_rates == [(4 * EACH, 0.25)]
    rates = [e.learning_rate for e in of(BatchesEnded, told)]
    assert rates[0] == 0.5
    assert rates[-1] == 0.25


def test_plateau_and_a_wish_change_the_base_of_a_schedule():
    schedule, control = Schedule("step", factor=0.5), Control()
    control.learning_rate(0.8)
    told, backend, _ = scripted([1.0, 1.0, 1.0, 1.0], control=control, schedule=schedule, plateau=Plateau(1, 0.1))
    assert backend.rates == pytest.approx([0.8] * 5 + [0.4] * 5 + [0.02] * 5 + [0.001] * 5)
    assert [(e.step, e.reason) for e in of(LearningRateChanged, told)] == [(0, "asked"), (10, "plateau"), (15, "plateau")]
    assert backend.set_rates == [], "the rate travels with the steps"


# Augmentation, and continuing another run.


@VARIANTS
def test_every_step_sees_its_images_augmented_for_its_epoch(framework, variant):
    how = Augmentation(flip=True, shift=1)
    _, backend, _ = scripted([1.0, 0.9], framework, augmentation=how, seed=4, **variant)
    prepared, step = images(), 0
    for epoch in (1, 2):
        for row in batch_order(prepared.train, 8, 4, epoch):
            np.testing.assert_array_equal(backend.seen[step], augment(prepared.pixels[row], how, 4, epoch, row))
            step += 1


def test_a_run_that_goes_on_from_another_sees_the_batches_that_come_next():
    prepared, orders = images(), []

    class Watching(Scripted):
        def train_steps(self, order, first_step, **more):
            orders.extend(order)
            assert first_step == self.steps + 3 * EACH, "dropout goes on too"
            return super().train_steps(order, self.steps, **more)

    plan = Plan("none", epochs=1, batch_size=8, begin_from="earlier", epochs_before=3)
    list(training.train(Watching(prepared, [1.0]), "torch", prepared, plan, Control()))
    np.testing.assert_array_equal(np.stack(orders), np.stack(batch_order(prepared.train, 8, 0, 4)))


def test_weights_of_another_model_are_refused(monkeypatch):
    monkeypatch.setattr(training.backends, "load", None)
    with pytest.raises(
        PlanError, match=r"its array 1\.kernel has the shape \(3, 3, 1, 8\), but the weights have \(5, 5, 1, 6\)"
    ):
        training.run(
            "torch", preset("tiny", 10), Plan("digits"), Control(), print, begin_with={"1.kernel": np.zeros((5, 5, 1, 6))}
        )
    with pytest.raises(PlanError, match="none of that name"):
        training.run("torch", preset("tiny", 10), Plan("digits"), Control(), print, begin_with={})


# Looking inside.


@VARIANTS
def test_looking_inside_tells_of_layers_and_predictions(framework, variant, monkeypatch):
    monkeypatch.setattr(inspection, "APART", 1)
    told, backend, _ = scripted([1.0, 0.9], framework, look_inside=True, **variant)
    layers, predictions = of(LayersInspected, told), of(PredictionsInspected, told)
    assert [e.step for e in layers] == list(range(1, 11))
    assert [(e.epoch, e.step) for e in predictions] == [(0, 0), (1, 5), (2, 10)]
    assert isinstance(told[0], PredictionsInspected), "before anything was learned"
    look = layers[3].layers["1.kernel"]
    assert look["norm"] == pytest.approx(np.sqrt(8) * 5)
    assert look["ratio"] == pytest.approx(1 / 4), "from 4 to 5, all of them"
    assert look["gradient_norm"] == pytest.approx(np.sqrt(8) / 2)
    assert sum(look["weights"]["counts"]) == 8
    assert layers[0].layers["1.bias"]["ratio"] is None, "a share of nothing"
    assert layers[0].dead == {"1": 0.5}
    seen = predictions[0]
    assert seen.images == tuple(range(40, 56))
    assert seen.classes[0] == (1, 0)
    assert seen.probabilities[0] == (0.75, 0.25)
    assert seen.right[:2] == (0.25, 0.75)
    assert seen.confusion == ((0, 10), (0, 10))
    assert list(seen.activations) == ["1", "2", "3"]
    map_ = inspection.unpacked(seen.activations["1"])
    assert map_.shape == (2, 3, 3)
    np.testing.assert_array_equal(map_[1].ravel(), np.rint(np.arange(9) * 255 / 8))
    if not variant:
        assert backend.kept_gradients == list(range(10))


@VARIANTS
def test_looking_changes_nothing_that_is_trained(framework, variant):
    plain, _, _ = scripted([1.0, 0.9], framework, **variant)
    looked, _, _ = scripted([1.0, 0.9], framework, look_inside=True, **variant)
    losses = [[x for e in of(BatchesEnded, told) for x in e.losses] for told in (plain, looked)]
    assert losses[0] == losses[1]


def test_a_long_run_is_looked_at_a_bounded_number_of_times():
    inspector = inspection.RunInspector(Scripted(images(), []), images(), SPEC, total_steps=100_003, epochs=1000)
    assert 55 <= sum(inspector.step_is_due(n) for n in range(100_003)) <= inspection.LOOKS + 1
    assert sum(inspector.epoch_is_due(n) for n in range(1, 1001)) <= inspection.EPOCHS + 1
    assert inspector.step_is_due(0)
    assert inspector.step_is_due(100_002)


def test_a_short_run_is_looked_at_in_every_tenth_step_for_a_look_costs_steps():
    inspector = inspection.RunInspector(Scripted(images(), []), images(), SPEC, total_steps=45, epochs=5)
    assert [n for n in range(45) if inspector.step_is_due(n)] == [0, 10, 20, 30, 40, 44]


@VARIANTS
def test_a_step_in_detail_is_told_when_it_is_asked_for(framework, variant):
    prepared, control = images(), Control(paused=True)
    plan = Plan("none", epochs=1, batch_size=8, augmentation=Augmentation(flip=True), **variant)
    events = training.train(Scripted(prepared, [1.0]), framework, prepared, plan, control, SPEC)
    next(events)  # Paused
    control.step()
    assert isinstance(next(events), BatchesEnded)
    next(events)
    control.look()
    assert isinstance(next(events), BatchesEnded)
    look = next(events)
    assert isinstance(look, StepInspected)
    row = batch_order(prepared.train, 8, 0, 1)[1]
    assert (look.epoch, look.step, look.indices) == (1, 2, tuple(row.tolist()))
    assert look.labels == tuple(prepared.labels[row].tolist())
    np.testing.assert_array_equal(inspection.unpacked(look.pixels), augment(prepared.pixels[row], plan.augmentation, 0, 1, row))
    kernel = look.weights["1.kernel"]
    assert kernel["sample"]["before"] == [2.0] * 4
    assert kernel["sample"]["after"] == [3.0] * 4
    assert kernel["sample"]["gradient"] == [0.5] * 4
    assert kernel["ratio"] == pytest.approx(1 / 2)
    assert next(events).step == 2, "paused again"
    control.resume()
    rest = list(events)
    assert not of(StepInspected, rest)
    assert rest[-1].reason == "finished"


def test_what_is_told_survives_json_and_folds_into_a_small_record():
    told, _, _ = scripted(
        [1.0, 0.9, 1.0, 1.0, 1.0], look_inside=True, stopping=Stopping(2, True), plateau=Plateau(1, min_delta=0.5)
    )
    record = RunRecord("r", "g", "torch", SPEC, Plan("none", epochs=4), 0.0)
    for event in told:
        text = json.dumps(event_to_json(event), allow_nan=False)
        again = event_from_json(json.loads(text))
        assert event_to_json(again) == event_to_json(event)
        record.fold(again)
    assert (record.best.epoch, record.stopped_early.epoch, record.restored.epoch) == (2, 4, 2)
    assert [look.step for look in record.layers_looked] == [1, 11]
    assert len(record.predictions_looked) == 5
    assert record.looking_seconds == pytest.approx(sum(e.seconds for e in (*record.layers_looked, *record.predictions_looked)))
    assert [e.learning_rate for e in record.rate_changes] == [0.25, 0.125]


def test_a_record_keeps_the_last_steps_in_detail():
    record = RunRecord("r", "g", "torch", SPEC, Plan("none"), 0.0)
    for step in range(1, STEPS_KEPT + 4):
        record.fold(StepInspected(1, step, (), (), {}, 1.0, 0.5, 0.1, {}, 0.25))
    assert [look.step for look in record.steps_looked] == list(range(4, STEPS_KEPT + 4))
    assert record.looking_seconds == pytest.approx(0.25 * (STEPS_KEPT + 3))


# Single functions.


@pytest.mark.parametrize(
    ("values", "low", "high", "places"),
    [
        (np.array([0.0, 1.0, 1.0, 3.0]), 0.0, 3.0, {0: 1, 10: 2, 29: 1}),
        (np.array([2.0, 2.0]), 2.0, 2.0, {15: 2}),
        (np.array([np.nan, np.inf, 1.0]), 1.0, 1.0, {15: 1}),
        (np.array([np.nan]), 0.0, 0.0, {}),
    ],
    ids=["values", "all equal", "not finite", "nothing"],
)
def test_a_histogram_counts_what_is_finite(values, low, high, places):
    found = inspection.histogram(values)
    assert (found["low"], found["high"]) == (low, high)
    assert {n: c for n, c in enumerate(found["counts"]) if c} == places
    assert all(type(c) is int for c in found["counts"])


def test_a_histogram_is_numpys():
    values = np.random.default_rng(0).normal(size=(7, 11, 13)).astype(np.float32)
    counts, edges = np.histogram(values.astype(np.float64), inspection.BINS)
    found = inspection.histogram(values)
    assert np.abs(np.array(found["counts"]) - counts).sum() <= 2, "a value on an edge may fall to the other side"
    assert (found["low"], found["high"]) == (edges[0], edges[-1])
    tiny = inspection.histogram(np.array([0, 1e-45, 2e-45], np.float32))
    assert sum(tiny["counts"]) == 3


def test_large_activations_and_pictures_are_made_small():
    look = inspection.activation_summary(np.random.default_rng(0).normal(size=(100, 70, 30)))
    assert look["shape"] == [100, 70, 30]
    assert inspection.unpacked(look).shape == (6, 15, 10)
    assert inspection.unpacked(inspection.activation_summary(np.arange(1000.0))).shape == (1, 1, 256)
    constant = inspection.activation_summary(np.full((2, 2, 1), 3.0))
    assert inspection.unpacked(constant).max() == 0


def test_only_kernels_of_a_deep_model_are_told_of():
    weights = {f"{n}.{what}": np.ones(3) for n in range(100) for what in ("kernel", "bias", "moving_mean")}
    backend = SimpleNamespace(get_weights=lambda: weights, last_gradients=lambda: None)
    detail = inspection.StepDetail(backend, np.arange(2), None).done()
    names = detail.told()
    assert len(names) == inspection.WEIGHTS
    assert names[0] == "0.kernel"
    assert names[-1] == "99.kernel"
    assert all(name.endswith("kernel") for name in names)


def test_where_relu_is():
    assert inspection.relu_paths(preset("residual", 10).layers) == ["3", "4.body.3", "5", "6.body.3", "7"]
    assert inspection.relu_paths(preset("lecture-cnn", 10).layers) == ["1", "3", "6"]
