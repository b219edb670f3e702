"""Experiments before and after they run: what is varied, what differs, which setting is ahead, and how certain that is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from clsf.data import catalogue
from clsf.errors import ClsfError, PlanError, StoreError
from clsf.events import EpochEnded, RunEnded, RunStarted
from clsf.experiments import grid, sets, start
from clsf.experiments.estimate import estimate
from clsf.experiments.fitting import fitting
from clsf.experiments.regularised import unregularised, with_batch_norm, with_dropout
from clsf.experiments.settings import differing, shown
from clsf.experiments.start import Member
from clsf.experiments.values import Experiment, label, text
from clsf.experiments.verdict import NORMAL, agreement, between_single_runs, image_noise, verdicts
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout
from clsf.model.presets import preset
from clsf.plan import LEARNING_RATES, OPTIMIZERS, Plan, Preparation, Stopping
from clsf.runs.record import RunRecord
from clsf.runs.speed import OVERHEAD, VALIDATION
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService
from tests.engine.test_training_service import StillEngine

LENET, PLAN = preset("lenet-5"), Plan("digits", Preparation(28), epochs=2)
TINY = preset("tiny")


def labels(arms) -> list[str]:
    return [str(arm.label) for arm in arms]


# What is varied.


def test_the_optimizers_differ_in_the_optimizer_and_its_usual_rate():
    arms = sets.optimizers(LENET, PLAN)
    assert [arm.plan.optimizer for arm in arms] == list(OPTIMIZERS)
    assert [arm.plan.learning_rate for arm in arms] == [LEARNING_RATES[name] for name in OPTIMIZERS]
    assert {arm.plan.but(optimizer="sgd", learning_rate=0.01) for arm in arms} == {
        PLAN.but(optimizer="sgd", learning_rate=0.01)
    }
    assert {arm.spec for arm in arms} == {LENET}


def test_regularisation_is_one_remedy_at_a_time():
    none, l1, l2, dropout, norm, stopping = sets.regularisation(LENET, PLAN.but(l2=0.5))
    assert (none.plan.l1, none.plan.l2, none.plan.stopping) == (0, 0, Stopping())
    assert (l1.plan, l1.spec) == (none.plan.but(l1=1e-4), none.spec)
    assert (l2.plan, l2.spec) == (none.plan.but(l2=1e-3), none.spec)
    assert dropout.plan == norm.plan == none.plan
    assert [layer.rate for layer in dropout.spec.layers if isinstance(layer, Dropout)] == [0.5, 0.5]
    assert sum(isinstance(layer, BatchNorm) for layer in norm.spec.layers) == 4
    assert stopping.plan == none.plan.but(stopping=Stopping(patience=2, restore_best=True))
    for arm in (none, dropout, norm):
        assert arm.spec.check((28, 28, 1), 10).parameters >= 61_706


def test_what_a_model_has_of_regularisation_is_taken_out_first():
    lecture = preset("lecture-cnn")
    assert any(isinstance(layer, Dropout) for layer in lecture.layers)
    assert not any(isinstance(layer, Dropout) for layer in unregularised(lecture).layers)
    assert unregularised(TINY) is TINY


def test_batch_normalisation_stands_between_sums_and_activation():
    layers = with_batch_norm(preset("mlp")).layers
    place = next(n for n, layer in enumerate(layers) if isinstance(layer, BatchNorm))
    assert layers[place - 1] == Dense(128)
    assert layers[place + 1] == Activation("relu")
    assert layers[-1] == preset("mlp").layers[-1]
    assert isinstance(with_batch_norm(LENET).layers[0], Conv2D)


def test_dropout_without_a_hidden_dense_layer_stands_before_the_last_one():
    layers = with_dropout(TINY, 0.3).layers
    assert layers[-2] == Dropout(0.3)
    assert layers[-1] == TINY.layers[-1]


def test_learning_rates_are_six_from_a_hundredth_to_tenfold():
    arms = sets.learning_rates(LENET, PLAN.but(optimizer="adam"))
    assert [arm.plan.learning_rate for arm in arms] == [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
    assert [arm.plan.learning_rate for arm in sets.learning_rates(LENET, PLAN, (0.5, 0.25))] == [0.5, 0.25]


def test_batch_sizes_are_not_more_than_there_are_images():
    assert [arm.plan.batch_size for arm in sets.batch_sizes(LENET, PLAN, images=70)] == [8, 16, 32, 64]


def test_seeds_begin_with_the_plans_own():
    assert [arm.plan.seed for arm in sets.seeds(LENET, PLAN.but(seed=7), 3)] == [7, 8, 9]
    with pytest.raises(PlanError, match="whole number from 2"):
        sets.seeds(LENET, PLAN, 1)


def test_a_grid_is_every_combination_and_the_last_setting_changes_fastest():
    arms = grid.grid(LENET, PLAN, {"seed": (0, 1), "optimizer": ("sgd", "adam")}, 10)
    assert labels(arms) == ["SGD · seed 0", "SGD · seed 1", "Adam · seed 0", "Adam · seed 1"]
    assert [arm.plan.learning_rate for arm in arms] == [0.01, 0.01, 0.001, 0.001]


def test_a_chosen_learning_rate_is_kept_when_the_optimizer_changes_too():
    arms = grid.grid(LENET, PLAN, {"learning_rate": (0.5,), "optimizer": ("sgd", "adam")}, 10)
    assert [arm.plan.learning_rate for arm in arms] == [0.5, 0.5]


def test_a_grid_varies_augmentation_and_smoothing():
    plan = Plan("digits", seed=4)
    arms = grid.grid(TINY, plan, {"augmentation": ("none", "flip+shift+cutout"), "label_smoothing": (0.0, 0.1)}, 10)
    assert [(a.plan.augmentation.any, a.plan.label_smoothing) for a in arms] == [
        (False, 0),
        (False, 0.1),
        (True, 0),
        (True, 0.1),
    ]
    assert {a.plan.loss for a in arms} == {"categorical"}, "the loss is not what differs"
    assert arms[3].plan.but(augmentation=plan.augmentation, label_smoothing=0.0, loss="sparse") == plan
    binary = grid.grid(TINY, plan.but(loss="binary"), {"label_smoothing": (0.2,)}, 2)
    assert binary[0].plan.loss == "binary"


def test_a_grid_changes_the_model_too():
    arms = grid.grid(TINY, Plan("digits"), {"model": ("tiny", "mlp"), "dropout": (0.0, 0.5)}, 10)
    assert [arm.spec.name for arm in arms] == ["tiny", "tiny-dropout", "mlp", "mlp-dropout"]


@pytest.mark.parametrize(
    ("name", "typed", "values"),
    [
        ("learning_rate", "0.1, 0.01;0.1", (0.1, 0.01)),
        ("seed", " 3 ,,4", (3, 4)),
        ("epochs", "", ()),
        ("optimizer", "adam", ("adam",)),
        ("batch_size", "32.0", (32,)),
    ],
)
def test_values_are_read(name, typed, values):
    assert grid.read(name, typed) == values


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("seed", "1.5", r"'1.5' is no value for seed.*such as 0, 1, 2"),
        ("learning_rate", "__import__('os')", "no value for learning rate"),
        ("optimizer", "adm", "Did you mean 'adam'"),
        ("seed", "1e999", "no value"),
        ("wings", "2", "Unknown setting"),
        ("seed", "1," * 400, "longer than 300 characters"),
    ],
)
def test_what_is_no_value_is_said(name, typed, message):
    with pytest.raises(PlanError, match=message):
        grid.read(name, typed)


def test_impossible_values_are_refused_by_the_plan():
    with pytest.raises(PlanError, match="learning_rate is -1"):
        grid.grid(TINY, PLAN, {"learning_rate": (-1.0,)}, 10)


def test_at_most_24_runs():
    with pytest.raises(PlanError, match="25 combinations"):
        grid.grid(TINY, PLAN, {"seed": range(25)}, 10)
    arms = grid.grid(TINY, PLAN, {"seed": range(13)}, 10)
    with pytest.raises(PlanError, match="26 runs, but an experiment may have 24"):
        Experiment("own", arms, ("tensorflow", "torch"))
    assert Experiment("own", arms, ("torch",)).runs == 13


def test_one_run_is_no_experiment():
    with pytest.raises(PlanError, match="at least two"):
        Experiment("own", grid.grid(TINY, PLAN, {}, 10), ("torch",))
    with pytest.raises(PlanError, match="No framework"):
        Experiment("seeds", sets.seeds(TINY, PLAN), ())


def test_images_grow_only_for_a_model_that_needs_it():
    assert fitting(LENET, Plan("digits")).preparation.image_size == 28
    assert fitting(TINY, Plan("digits")).preparation.image_size is None
    assert fitting(LENET, Plan("digits", Preparation(64))).preparation.image_size == 64


def test_the_time_is_worked_out_from_what_was_measured(tmp_path):
    experiment = Experiment("seeds", sets.seeds(LENET, PLAN, 2), ("torch",))
    info = catalogue.info("digits")
    guess = estimate(experiment, info, [], in_turn=True)
    assert (guess.runs, guess.measured) == (2, 0)
    assert guess.seconds > 2 * OVERHEAD["torch"]
    with RunStoreIn(tmp_path) as store:
        done = record(LENET, PLAN, 0.5)
        store.create(done)
        measured = estimate(experiment, info, store.runs(), in_turn=True)
    images = 1150 + VALIDATION * 287  # of 1,437 training images 20 % validate, in whole images
    assert measured.measured == 2
    assert measured.seconds == pytest.approx(2 * (OVERHEAD["torch"] + 2 * images / 500))


# What differs.


def test_only_settings_that_differ_are_listed():
    runs = [record(arm.spec, arm.plan, 0.5) for arm in sets.regularisation(LENET, PLAN)]
    found = differing(runs)
    assert list(found) == ["model", "l1", "l2", "stopping"]
    assert [str(shown(value)) for value in found["stopping"]] == ["–"] * 5 + ["patience 2, restore best, monitor loss"]
    assert [str(shown(value)) for value in found["l1"]] == ["0", "0.0001", "0", "0", "0", "0"]


def test_models_of_one_name_are_told_apart():
    other = type(TINY)("tiny", (*TINY.layers[:-1], Dense(32), TINY.layers[-1]))
    assert differing([record(m, PLAN, 0.5) for m in (TINY, other, TINY)])["model"] == ["tiny #1", "tiny #2", "tiny #1"]


def test_equal_runs_differ_in_nothing():
    assert differing([record(TINY, PLAN, 0.5)] * 2) == {}


# Which is ahead.


class RunStoreIn:
    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.store = RunStore.open(self.folder)
        return self.store

    def __exit__(self, *_):
        self.store.close()


def record(spec, plan, accuracy, framework="torch", status="finished", images=287, name="run") -> RunRecord:
    found = RunRecord(name, name, framework, spec, plan, 1.0, "me")
    found.fold(RunStarted(framework, "loop", "cpu", 2, {}, plan.epochs, 36, 1150, images, (28, 28, 1), 61_706, "a", "b", 0.1))
    found.fold(EpochEnded(1, 0.5, accuracy, 0.5, accuracy, 1.0, 0.1, 500.0))
    found.fold(RunEnded(framework, status, 1, 1.0, 500.0, 0.5, accuracy, 0.5, accuracy))
    return found


def members(arms, accuracies, **more) -> list[Member]:
    return [
        Member(place, arm.varied, record(arm.spec, arm.plan, accuracy, name=f"run{place}", **more))
        for place, (arm, accuracy) in enumerate(zip(arms, accuracies, strict=True))
    ]


def test_the_winner_of_single_runs_has_its_margin_and_the_noise_of_the_images():
    arms = sets.optimizers(LENET, PLAN)
    [found] = verdicts(members(arms, [0.60, 0.92, 0.94, 0.80, 0.93, 0.935, 0.91, 0.9, 0.9, 0.9]))
    assert [str(s.label) for s in found.scores[:2]] == ["SGD + Nesterov 0.9", "RMSprop"]
    assert found.margin == pytest.approx(0.005)
    assert found.noise == pytest.approx(stats.norm.ppf(0.975) * math.sqrt((0.94 * 0.06 + 0.935 * 0.065) / 287))
    assert found.chance is True
    assert "SGD + Nesterov 0.9 is ahead with 94.0%, 0.5 points before RMSprop" in str(found.sentence)
    assert f"gaps below {found.noise * 100:.1f} points may be chance, so there is no winner yet" in str(found.sentence)


def test_a_wide_margin_of_single_runs_is_more_than_the_images_explain():
    [found] = verdicts(members(sets.seeds(LENET, PLAN, 2)[:1] + sets.learning_rates(LENET, PLAN, (0.5,)), [0.95, 0.7]))
    assert found.chance is False
    assert "what another seed would do is not known" in str(found.sentence)


def test_equal_single_runs_have_no_winner():
    [found] = verdicts(members(sets.learning_rates(LENET, PLAN, (0.5, 0.1)), [0.9, 0.9]))
    assert found.margin == 0
    assert "are equal with 90.0%" in str(found.sentence)


def test_equal_means_of_seeds_have_no_winner_either():
    arms = grid.grid(LENET, PLAN, {"optimizer": ("sgd", "adam"), "seed": (0, 1, 2)}, 10)
    [found] = verdicts(members(arms, [0.7, 0.8, 0.9, 0.9, 0.7, 0.8]))
    assert "are equal with a mean of 80.0%" in str(found.sentence)
    assert "ahead" not in str(found.sentence)


@pytest.mark.parametrize(("gain", "chance"), [(0.030, False), (0.004, True)])
def test_with_seeds_the_winner_is_judged_by_a_paired_t_test(gain, chance):
    arms = grid.grid(LENET, PLAN, {"optimizer": ("sgd", "adam"), "seed": (0, 1, 2, 3)}, 10)
    low = np.array([0.90, 0.92, 0.91, 0.93])
    high = low + gain + np.array([0.005, -0.005, 0.01, -0.01])
    [found] = verdicts(members(arms, [*low, *high]))
    assert [str(s.label) for s in found.scores] == ["Adam", "SGD"]
    test = stats.ttest_rel(high, low)
    interval = test.confidence_interval(0.95)
    assert found.margin == pytest.approx(gain)
    assert found.noise == pytest.approx((interval.high - interval.low) / 2)
    assert found.chance is chance is bool(test.pvalue > 0.05)
    where = "inside" if chance else "outside"
    assert f"The gap of {gain * 100:.1f} points is {where} the noise of {found.noise * 100:.1f} points" in str(found.sentence)
    assert "4 seeds" in str(found.sentence)


def test_seeds_alone_tell_the_noise():
    values = [0.90, 0.92, 0.91, 0.93, 0.94]
    [found] = verdicts(members(sets.seeds(LENET, PLAN, 5), values))
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    assert f"interval from {low:.1%} to {high:.1%}" in str(found.sentence)
    assert found.margin is None
    # The difference of two independent runs varies √2 times as much as one run.
    assert (
        found.noise
        == pytest.approx(between_single_runs(values, 10_000))
        == pytest.approx(stats.t.ppf(0.975, 4) * np.std(values, ddof=1) * 2**0.5)
    )


def test_runs_that_did_not_finish_are_no_contenders():
    arms = sets.learning_rates(LENET, PLAN, (0.5, 0.1))
    both = [*members(arms[:1], [0.99], status="diverged"), *members(arms[1:], [0.5])]
    [found] = verdicts(both)
    assert len(found.scores) == 1
    assert "One run is done" in str(found.sentence)
    assert verdicts(members(arms, [0.9, 0.8], status="stopped")) == []


def test_both_frameworks_are_judged_each_and_may_agree():
    arms = sets.learning_rates(LENET, PLAN, (0.5, 0.1))

    def both(torch):
        return verdicts(members(arms, [0.9, 0.8], framework="tensorflow") + members(arms, torch))

    assert [v.framework for v in both([0.8, 0.9])] == ["tensorflow", "torch"]
    assert "do not have the same one ahead: 0.5 in TensorFlow, 0.1 in PyTorch" in str(agreement(both([0.8, 0.9])))
    assert "have the same one ahead: 0.5" in str(agreement(both([0.95, 0.9])))
    assert agreement(both([0.9, 0.9])) is None  # in a tie nothing is ahead
    assert agreement(both([0.9, 0.8])[:1]) is None


def test_the_constant_is_scipys():
    assert pytest.approx(stats.norm.ppf(0.975), abs=1e-15) == NORMAL
    assert image_noise(0.5, 0.5, 200) == pytest.approx(1.959963984540054 * math.sqrt(0.5 / 200))


def test_a_label_leaves_out_what_is_asked():
    varied = (("optimizer", text("Adam")), ("l2", text(0.001)), ("seed", text(1)))
    assert str(label(varied)) == "Adam · 0.001 · 1"
    assert str(label(varied, but=("seed",))) == "Adam · 0.001"
    assert str(label((("seed", text(1)),), but=("seed",))) == "all alike"


# Put into the queue, and found again.


def test_an_experiment_is_queued_and_found_again(tmp_path):
    engine = StillEngine()
    with TrainingService(engine, RunStore.open(tmp_path)) as lab:
        arms = sets.learning_rates(TINY, Plan("digits", epochs=1, device="cpu"), (0.1, 0.01))
        name = start.start(lab, Experiment("learning-rate", arms, ("tensorflow", "torch")), "me", "  my   rates ")
        assert len(name) == 12
        assert len(engine.submitted) == 4
        assert {request.start for request in engine.submitted} == {name}  # one start, where starts are limited
        found = start.find(lab, name)
        assert (found.row.name, found.row.owner, found.kind) == ("my rates", "me", "learning-rate")
        assert [(m.arm, m.record.framework, str(m.label)) for m in found.members] == [
            (0, "tensorflow", "0.1"), (0, "torch", "0.1"), (1, "tensorflow", "0.01"), (1, "torch", "0.01"),
        ]  # fmt: skip
        assert [row.experiment_id for row in lab.history.experiments("me")] == [name]
        assert lab.history.experiments("somebody else") == []
        assert not found.over
        start.stop(lab, found)
        assert len(engine.commands) == 4
        for member in found.members[:2]:
            lab.store.started(member.record.run_id, "a machine")
    with RunStoreIn(tmp_path) as store:  # after a restart: runs that never began are gone
        assert store.history.members(name) == [(member.record.run_id, 0) for member in found.members[:2]]
        assert len(store.runs()) == 2
        assert store.history.experiment(name).body["kind"] == "learning-rate"


def test_an_arm_that_can_not_be_trained_queues_nothing(tmp_path):
    engine = StillEngine()
    with TrainingService(engine, RunStore.open(tmp_path)) as lab:
        arms = sets.batch_sizes(TINY, Plan("digits"), (32, 4096))
        with pytest.raises(ClsfError, match="4096 images"):
            start.start(lab, Experiment("batch-size", arms, ("torch",)), "me", "")
        assert engine.submitted == []
        assert lab.history.experiments("me") == []


def test_a_queue_without_room_leaves_nothing_waiting(tmp_path):
    class Full(StillEngine):
        def submit(self, request):
            if len(self.submitted) == 3:
                raise ClsfError("200 runs wait already.")
            super().submit(request)

    engine = Full()
    with TrainingService(engine, RunStore.open(tmp_path)) as lab:
        arms = sets.seeds(TINY, Plan("digits", device="cpu"), 5)
        with pytest.raises(ClsfError, match="200 runs wait"):
            start.start(lab, Experiment("seeds", arms, ("torch",)), "me", "")
        assert sorted(run_id for run_id, command, _ in engine.commands if command == "stop") == sorted(
            request.run_id for request in engine.submitted
        )
        assert lab.recent() == []
        assert lab.history.experiments("me") == []


def test_an_unknown_experiment_is_a_sentence(tmp_path):
    with (
        TrainingService(StillEngine(), RunStore.open(tmp_path)) as lab,
        pytest.raises(StoreError, match="There is no experiment nowhere"),
    ):
        start.find(lab, "nowhere")
