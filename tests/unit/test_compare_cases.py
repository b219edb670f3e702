"""Cases with a fake trainer: which plans and models it gets, in which order, and the results."""

import math
from types import SimpleNamespace

import pytest

from clsf.compare.cases import CASES, case_of
from clsf.compare.cases.crossedwires import BATCH_NORM, NET_OF, NETS, RESIDUAL, row_plan, rows, usual
from clsf.compare.cases.lecture import LECTURE, START, loss_floor, settings
from clsf.compare.cases.nets import padded_by_hand, small_densenet, small_resnet, strided, strides_later, without_biases
from clsf.compare.cases.runner import ServiceTrainer
from clsf.compare.cases.steps import CaseStep, JudgedSeeds, Recalibrated, explain, proof, summary
from clsf.compare.cases.threads import FLATTEN, TWICE
from clsf.errors import EngineError, PlanError
from clsf.events import RunEnded, RunFailed
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.words import say

PLAN = Plan("digits", epochs=2, seed=7)
COST = {
    "softmax-before-loss": 0.07,
    "dropout-rate": 0.03,
    "dropout-at-evaluation": 0.04,
    "input-scale": -0.01,
    "bn-momentum": -0.2,
}
CAUSES = {cause.name: cause.differences for cause in LECTURE.causes}


class Trainer:
    """A fake trainer: each difference costs accuracy, each seed adds noise, and training fails at the differences `broken` and `stops`."""

    def __init__(self, broken=None, stops=None):
        self.plans, self.specs, self.frameworks, self.carriedover, self.broken, self.stops = [], [], [], [], broken, stops

    def train(self, framework, spec, plan):
        self.plans.append(plan)
        self.specs.append(spec)
        self.frameworks.append(framework)
        record = RunRecord("id", "group", framework, preset("lecture-cnn"), plan, 0.0)
        if self.broken and not plan.does(self.broken):
            record.fold(RunFailed(say("The {what} is gone.", what="worker")))
        elif self.stops and not plan.does(self.stops):
            record.fold(RunEnded(framework, "stopped", 0, 1.0, None))
        else:
            luck = {7: 0.0, 8: 0.002, 9: -0.002}.get(plan.seed, 0.0) * (1 + 0.1 * len(plan.differences))
            accuracy = 0.7 + luck - sum(COST.get(name, 0) for name in plan.differences)
            loss = 1.7 if plan.does("softmax-before-loss") else 0.9
            record.fold(RunEnded(framework, "finished", 2, 1.0, 100.0, loss, 0.5, 1.0, accuracy))
        return record

    def carried(self, record, spec, plan):
        self.carriedover.append((record.framework, plan.differences))
        return 1.5, 0.7 - 0.3 * len(plan.differences)

    def recalibrated(self, record):
        return record.ended.validation_accuracy, 0.95


def lecture(trainer, plan=PLAN, **more):
    return explain(LECTURE, trainer, plan, 10, **more)


def test_each_step_takes_one_cause_more_away():
    trainer = Trainer()
    steps = list(lecture(trainer, seeds=1))
    assert [step.cause for step in steps] == [START, *CAUSES]
    left = [set(plan.differences) for plan in trainer.plans]
    assert left[0] == {name for names in CAUSES.values() for name in names}
    assert left[-1] == set()
    for (cause, names), before, after in zip(CAUSES.items(), left, left[1:], strict=False):
        assert before - after == set(names), cause
    assert set(trainer.frameworks) == {"torch"}


def test_everything_else_of_the_plans_is_equal():
    trainer = Trainer()
    list(lecture(trainer, seeds=2))
    assert {plan.but(differences=(), seed=0) for plan in trainer.plans} == {PLAN.but(seed=0)}
    assert [plan.seed for plan in trainer.plans[:4]] == [7, 8, 7, 8]


def test_accuracies_are_averaged_over_seeds_with_their_interval():
    first, second, *_ = lecture(Trainer(), seeds=3)
    assert first.seeds == (7, 8, 9)
    assert first.accuracy == pytest.approx(0.57)
    assert first.low < 0.57 < first.high
    assert first.gain is first.reference is first.gap is None
    assert second.gain.interval.mean == pytest.approx(0.07)
    assert second.gain.inside is False
    assert (first.loss, second.loss) == pytest.approx((1.7, 0.9))


def test_with_one_seed_the_interval_is_the_value():
    first, *_ = lecture(Trainer())
    assert first.low == first.accuracy == first.high


def test_the_order_is_the_students():
    order = ("optimizer-rule", "dropout")
    trainer = Trainer()
    steps = list(lecture(trainer, order=order))
    assert [step.cause for step in steps] == [START, *order]
    assert "softmax-before-loss" in trainer.plans[-1].differences
    assert "dropout-rate" not in trainer.plans[-1].differences


def test_steps_come_as_soon_as_they_are_trained():
    trainer = Trainer()
    steps = lecture(trainer, seeds=2)
    assert not trainer.plans
    next(steps)
    assert len(trainer.plans) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": 0}, "seeds is 0, but must be a whole number from 1 to 20"),
        ({"order": ("dropout", "dropout")}, "names a cause twice"),
        ({"order": ("dropoff",)}, "Unknown cause 'dropoff'. Did you mean 'dropout'"),
    ],
)
def test_wrong_wishes_are_refused(changes, message):
    with pytest.raises(PlanError, match=message):
        list(lecture(Trainer(), **changes))


def test_a_run_that_fails_ends_it_with_its_reason_and_keeps_what_was_said():
    steps = lecture(Trainer(broken="dropout-rate"))
    assert [next(steps).cause, next(steps).cause] == [START, "double-softmax"]
    with pytest.raises(EngineError, match="The worker is gone"):
        next(steps)


def test_a_run_that_is_stopped_ends_it_quietly():
    assert [step.cause for step in lecture(Trainer(stops="softmax-before-loss"))] == [START]
    assert list(lecture(Trainer(), stopped=lambda: True)) == []


def test_the_lectures_plan_keeps_what_is_the_students():
    plan = LECTURE.plan(settings(PLAN.but(optimizer="adam", learning_rate=0.5, train_limit=100, l2=0.1, rules="native")))
    assert (plan.optimizer, plan.learning_rate, plan.l2, plan.rules) == ("rmsprop", 0.001, 0.0, "aligned")
    assert (plan.data, plan.epochs, plan.train_limit, plan.seed) == ("digits", 2, 100, 7)
    assert settings(PLAN.but(learning_rate=0.003)).learning_rate == 0.003
    assert LECTURE.plan(PLAN, LECTURE.order).differences == ()


@pytest.mark.parametrize(("classes", "floor"), [(10, 1.4612), (2, 0.3133), (100, 3.6222)])
def test_the_loss_floor(classes, floor):
    assert loss_floor(classes) == pytest.approx(floor, abs=1e-4)


def test_the_floor_is_what_a_sure_and_right_answer_gives():
    """By hand, as derived in its docstring: softmax of the probabilities (1, 0, …, 0)."""
    e = [math.exp(p) for p in (1.0, *[0.0] * 9)]
    assert -math.log(e[0] / sum(e)) == pytest.approx(loss_floor(10))


def test_the_sentence_names_what_is_more_than_noise():
    told = str(summary(list(lecture(Trainer(), seeds=3))))
    assert "From 57.0 % as in the lecture to 70.0 % without 5 causes." in told
    assert "double-softmax (+7.0), dropout (+7.0), input-scale (-1.0) points" in told
    assert "initial-weights" not in told
    assert "One run each" in str(summary(list(lecture(Trainer()))))


# Cases that have a reference.


def test_the_reference_is_trained_once_and_has_none_of_the_causes():
    trainer = Trainer()
    *steps, keras, torch = explain(RESIDUAL, trainer, PLAN, 10, seeds=2)
    assert trainer.frameworks[:2] == ["tensorflow"] * 2
    assert "tensorflow" not in trainer.frameworks[2:]
    assert trainer.plans[0].differences == ()
    assert trainer.specs[0] == small_resnet(10)
    assert steps[0].reference == steps[-1].reference
    assert steps[0].gap.interval.mean == pytest.approx(0.2, abs=0.01)  # PyTorch is ahead by the gain of the difference
    assert steps[-1].gap.interval.mean == pytest.approx(0.0, abs=1e-9)
    assert trainer.specs[-1] == small_resnet(10)
    assert str(summary(steps)).startswith("PyTorch minus the reference: +20.1 points as published, +0.0 without 5 causes.")
    assert (keras.framework, torch.framework) == ("tensorflow", "torch")
    assert str(proof(Recalibrated("tensorflow", (0.1, 0.2), (0.5, 0.5)))) == (
        "TensorFlow: 15.0 % becomes 50.0 %, without one step of training."
    )


def test_weights_that_are_carried_over_are_trained_once():
    trainer = Trainer()
    steps = list(explain(FLATTEN, trainer, PLAN, 10, seeds=2))
    assert trainer.frameworks == ["tensorflow"] * 2
    assert [len(plan) for _, plan in trainer.carriedover] == [2, 2, 1, 1, 0, 0]
    assert [step.accuracy for step in steps] == pytest.approx([0.1, 0.4, 0.7])
    assert steps[0].loss == 1.5


def test_the_same_seed_makes_the_same_plan_of_the_reference():
    trainer = Trainer()
    list(explain(TWICE, trainer, PLAN, 10))
    first, other, *_, last = trainer.plans
    assert set(trainer.frameworks) == {"torch"}
    assert (first.seed, other.seed) == (7, 1007)
    assert last == first


def test_each_published_network_with_batch_normalisation_has_its_small_one():
    spec = BATCH_NORM.model(10)
    joins = [layer for layer in spec.layers if layer.rows()]
    assert len(joins) == 4
    assert all(len(layer.rows()) == 2 and layer.rows()[0][1] == () for layer in joins)  # the input is kept, too
    assert small_densenet(10).analyse((32, 32, 3)).parameters == 40_490
    assert {NET_OF[case.name] for case in (BATCH_NORM, RESIDUAL)} == {"densenet", "resnet"}
    assert all(case.causes[0].name == "bn-momentum" and case.recalibrates for case in (BATCH_NORM, RESIDUAL))


def test_torchvisions_resnet_has_no_biases_before_batch_normalisation():
    keras, torch = small_resnet(10), without_biases(small_resnet(10))
    shapes = [spec.analyse((32, 32, 3)).output_shape for spec in (keras, torch)]
    assert shapes == [(10,), (10,)]
    assert keras.analyse((32, 32, 3)).parameters - torch.analyse((32, 32, 3)).parameters == 16 + 3 * 32


def test_a_block_takes_its_strides_in_its_second_convolution_in_torchvision():
    keras, torch = small_resnet(10), strides_later(small_resnet(10))
    found = [
        [f.layer.strides for f in spec.analyse((32, 32, 3)).layers if f.path.startswith("4.body") and f.role == "Convolution"]
        for spec in (keras, torch)
    ]
    assert found == [[2, 1], [1, 2]]
    assert keras.analyse((32, 32, 3)).named_weights() == torch.analyse((32, 32, 3)).named_weights()


def test_what_is_padded_by_hand_has_equal_shapes_and_weights():
    keras, torch = strided(10), padded_by_hand(strided(10))
    for side in (8, 28, 32):
        shapes = [spec.analyse((side, side, 3)).output_shape for spec in (keras, torch)]
        weights = [[w.shape for w in spec.analyse((side, side, 3)).named_weights().values()] for spec in (keras, torch)]
        assert shapes[0] == shapes[1]
        assert weights[0] == weights[1]


@pytest.mark.parametrize("name", list(CASES))
def test_every_case_can_be_planned_and_says_where_it_was_published(name):
    case = case_of(name)
    assert case.published.address.startswith("https://") or case is LECTURE
    base = case.settings(Plan("digits", epochs=case.epochs))
    for count in range(len(case.order) + 1):
        plan, spec = case.plan(base, case.order[:count]), case.spec(10, case.order[:count])
        assert spec.analyse((32, 32, 3)).output_shape == (10,)
        assert spec.analyse((32, 32, 3)).parameters <= 500_000
        assert plan.data == "digits"
    assert case.plan(base, case.order) == base
    assert case.spec(10, case.order) == case.model(10)


def test_an_unknown_case_is_refused():
    with pytest.raises(PlanError, match=r"Unknown case 'lectur'\. Did you mean 'lecture'"):
        case_of("lectur")


# The published pairs.


@pytest.mark.parametrize(("limit", "batch"), [(None, 64), (300, 32)])
def test_few_images_make_smaller_batches_so_that_there_are_steps(limit, batch):
    assert BATCH_NORM.settings(PLAN.but(train_limit=limit)).batch_size == batch


def test_the_published_pairs_are_all_there():
    """Counts and means as in the paper's tables: 400 pairs of each network."""
    means = {
        net: [sum(abs(r.gap) for r in rows() if r.net == net) / 400, sum(r.torch for r in rows() if r.net == net) / 400]
        for net in NETS
    }
    assert len(rows()) == 1200
    assert means["vgg"] == pytest.approx([0.123, 0.529], abs=6e-4)
    assert means["resnet"] == pytest.approx([0.078, 0.487], abs=6e-4)
    assert means["densenet"] == pytest.approx([0.110, 0.577], abs=6e-4)
    short = [r.gap for r in rows() if r.net == "densenet" and r.steps < 250]
    assert (len(short), sum(short) / len(short)) == (82, pytest.approx(0.317, abs=1e-3))


def test_a_row_can_be_planned():
    row = usual("densenet")
    plan = BATCH_NORM.plan(row_plan(row, BATCH_NORM.settings(PLAN)), BATCH_NORM.order)
    assert (plan.learning_rate, plan.batch_size, plan.hyper["epsilon"]) == (row.learning_rate, row.batch_size, row.epsilon)
    assert (row.gap, row.steps) == (pytest.approx(0.439, abs=1e-3), 170)


def test_a_step_without_anything_to_compare_has_its_accuracy():
    judged = JudgedSeeds((0.5, 0.7), (1.0, 2.0))
    step = CaseStep("x", say("x"), (0, 1), judged, 0.4, 0.8, None, None, None)
    assert (step.accuracy, step.loss, step.accuracies) == (pytest.approx(0.6), 1.5, (0.5, 0.7))


def test_a_service_trains_one_run_after_the_other():
    done = []

    class TrainingService:
        def train(self, spec, plan, frameworks, owner=""):
            done.append(("train", frameworks, owner))
            return ["r1"]

        def wait(self, run_ids, timeout=None):
            done.append(("wait", *run_ids))
            return len(done) > 3

        def control(self, run_id, command):
            done.append((command, run_id))

        def record(self, run_id):
            return SimpleNamespace(run_id=run_id)

    trainer = ServiceTrainer(TrainingService(), "me", stopped=lambda: True)
    assert trainer.train("torch", preset("lecture-cnn"), PLAN).run_id == "r1"
    assert done == [("train", ("torch",), "me"), ("wait", "r1"), ("stop", "r1"), ("wait", "r1")]
    assert [record.run_id for record in trainer.done] == ["r1"]
