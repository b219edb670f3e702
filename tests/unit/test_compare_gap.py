"""The lecture's gap with a runner that only pretends to train: which plans it gets, in which order, and what comes of it."""

import math
from types import SimpleNamespace

import pytest

from clsf.compare.gap import CAUSES, START, explain, lecture_plan, loss_floor, sentence, service_runner, without
from clsf.errors import EngineError, PlanError
from clsf.events import RunEnded, RunFailed
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.words import say

PLAN = Plan("digits", epochs=2, seed=7)
COST = {"softmax-before-loss": 0.07, "dropout-rate": 0.03, "dropout-at-evaluation": 0.04, "input-scale": -0.01}


class Runner:
    """Gives each difference a cost in accuracy, and each seed some luck; `broken` and `stops` are differences to fail at."""

    def __init__(self, broken=None, stops=None):
        self.plans, self.broken, self.stops = [], broken, stops

    def __call__(self, plan):
        self.plans.append(plan)
        record = RunRecord("id", "group", "torch", preset("lecture-cnn"), plan, 0.0)
        if self.broken and not plan.does(self.broken):
            record.fold(RunFailed(say("The {what} is gone.", what="worker")))
        elif self.stops and not plan.does(self.stops):
            record.fold(RunEnded("torch", "stopped", 0, 1.0, None))
        else:
            luck = {7: 0.0, 8: 0.002, 9: -0.002}.get(plan.seed, 0.0) * (1 + 0.1 * len(plan.differences))
            accuracy = 0.7 + luck - sum(COST.get(name, 0) for name in plan.differences)
            loss = 1.7 if plan.does("softmax-before-loss") else 0.9
            record.fold(RunEnded("torch", "finished", 2, 1.0, 100.0, loss, 0.5, 1.0, accuracy))
        return record


def test_each_step_takes_one_cause_more_away():
    runner = Runner()
    steps = list(explain(runner, PLAN, seeds=1))
    assert [step.cause for step in steps] == [START, *CAUSES]
    left = [set(plan.differences) for plan in runner.plans]
    assert left[0] == {name for names in CAUSES.values() for name in names}
    assert left[-1] == set()
    for (cause, names), before, after in zip(CAUSES.items(), left, left[1:], strict=False):
        assert before - after == set(names), cause


def test_everything_else_of_the_plans_is_equal():
    runner = Runner()
    list(explain(runner, PLAN, seeds=2))
    assert {plan.but(differences=(), seed=0) for plan in runner.plans} == {PLAN.but(seed=0)}
    assert [plan.seed for plan in runner.plans[:4]] == [7, 8, 7, 8]


def test_accuracies_are_averaged_over_seeds_with_their_interval():
    first, second, *_ = explain(Runner(), PLAN, seeds=3)
    assert first.seeds == (7, 8, 9)
    assert first.accuracy == pytest.approx(0.57)
    assert first.low < 0.57 < first.high
    assert first.gain is None
    assert second.gain.interval.mean == pytest.approx(0.07)
    assert second.gain.inside is False
    assert (first.loss, second.loss) == (1.7, 0.9)


def test_with_one_seed_the_interval_is_the_value():
    first, *_ = explain(Runner(), PLAN)
    assert first.low == first.accuracy == first.high


def test_the_order_is_the_students():
    order = ("optimizer-rule", "dropout")
    runner = Runner()
    steps = list(explain(runner, PLAN, order=order))
    assert [step.cause for step in steps] == [START, *order]
    assert "softmax-before-loss" in runner.plans[-1].differences
    assert "dropout-rate" not in runner.plans[-1].differences


def test_steps_come_as_soon_as_they_are_trained():
    runner = Runner()
    steps = explain(runner, PLAN, seeds=2)
    assert not runner.plans
    next(steps)
    assert len(runner.plans) == 2


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
        list(explain(Runner(), PLAN, **changes))


def test_a_run_that_fails_ends_it_with_its_reason_and_keeps_what_was_said():
    steps = explain(Runner(broken="dropout-rate"), PLAN)
    assert [next(steps).cause, next(steps).cause] == [START, "double-softmax"]
    with pytest.raises(EngineError, match="The worker is gone"):
        next(steps)


def test_a_run_that_is_stopped_ends_it_quietly():
    assert [step.cause for step in explain(Runner(stops="softmax-before-loss"), PLAN)] == [START]
    assert list(explain(Runner(), PLAN, stopped=lambda: True)) == []


def test_the_lectures_plan_keeps_what_is_the_students():
    plan = lecture_plan(PLAN.but(optimizer="adam", learning_rate=0.5, train_limit=100, l2=0.1, rules="native"))
    assert (plan.optimizer, plan.learning_rate, plan.l2, plan.rules) == ("rmsprop", 0.001, 0.0, "aligned")
    assert (plan.data, plan.epochs, plan.train_limit, plan.seed) == ("digits", 2, 100, 7)
    assert lecture_plan(PLAN.but(learning_rate=0.003)).learning_rate == 0.003
    assert without(plan, CAUSES).differences == ()


@pytest.mark.parametrize(("classes", "floor"), [(10, 1.4612), (2, 0.3133), (100, 3.6222)])
def test_the_loss_floor(classes, floor):
    assert loss_floor(classes) == pytest.approx(floor, abs=1e-4)


def test_the_floor_is_what_a_sure_and_right_answer_gives():
    """The derivation in its docstring, by hand: softmax of the probabilities (1, 0, …, 0)."""
    e = [math.exp(p) for p in (1.0, *[0.0] * 9)]
    assert -math.log(e[0] / sum(e)) == pytest.approx(loss_floor(10))


def test_the_sentence_names_what_is_more_than_noise():
    told = str(sentence(list(explain(Runner(), PLAN, seeds=3))))
    assert "From 57.0 % as in the lecture to 70.0 % without 5 causes." in told
    assert "double-softmax (+7.0), dropout (+7.0), input-scale (-1.0) points" in told
    assert "initial-weights" not in told
    assert "One run each" in str(sentence(list(explain(Runner(), PLAN))))


def test_a_lab_trains_one_run_after_the_other():
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

    assert service_runner(TrainingService(), preset("lecture-cnn"), "me", stopped=lambda: True)(PLAN).run_id == "r1"
    assert done == [("train", ("torch",), "me"), ("wait", "r1"), ("stop", "r1"), ("wait", "r1")]
