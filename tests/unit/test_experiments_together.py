"""Which experiments share the cores, and the estimate of their remaining time."""

from __future__ import annotations

import pytest

from clsf.data import catalogue
from clsf.events import RunEnded, RunStarted
from clsf.experiments import remaining, sets, together
from clsf.experiments.estimate import estimate
from clsf.experiments.remaining import seconds_left
from clsf.experiments.start import Member
from clsf.experiments.values import Experiment
from clsf.model.presets import preset
from clsf.plan import Plan, Preparation
from clsf.runs.record import RunRecord

LENET, PLAN = preset("lenet-5"), Plan("digits", Preparation(28), epochs=2)
BEGIN = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr(together, "cores", lambda: 2)


def at_a_time(arms, frameworks=("torch",)) -> int:
    return together.together(Experiment("own", tuple(arms), frameworks))


def test_small_runs_share_the_cores_and_large_ones_do_not():
    assert at_a_time(sets.seeds(LENET, PLAN, 5)) == 2
    assert at_a_time(sets.seeds(preset("lecture-cnn"), PLAN, 5)) == 1
    assert at_a_time(sets.seeds(LENET, PLAN.but(batch_size=256), 5)) == 1


def test_where_times_are_compared_one_trains_after_the_other():
    arms = sets.batch_sizes(LENET, PLAN, (8, 16))
    assert at_a_time(arms) == 1
    assert together.compares_times(Experiment("batch-size", tuple(arms), ("torch",)))
    assert not together.compares_times(Experiment("optimizers", tuple(sets.optimizers(LENET, PLAN)), ("torch",)))


def test_an_estimate_knows_how_many_train_at_a_time():
    experiment = Experiment("seeds", sets.seeds(LENET, PLAN, 6), ("torch",))
    info = catalogue.info("digits")
    shared, alone = estimate(experiment, info, []), estimate(experiment, info, [], in_turn=True)
    assert (shared.together, alone.together) == (2, 1)
    assert shared.seconds == pytest.approx(alone.seconds / 1.6)


def member(arm, place, began=None, ended=None, steps=0, framework="torch") -> Member:
    record = RunRecord(f"run{place}", "g", framework, arm.spec, arm.plan, BEGIN)
    if began is not None:
        batches = -(-1150 // arm.plan.batch_size)
        facts = "cpu", 1, {}, arm.plan.epochs, batches, 1150, 287, (28, 28, 1), 1000, "", "", 0.1
        record.fold(RunStarted(framework, "", *facts, moment=BEGIN + began))
        record.steps.losses.extend([1.0] * steps)
    if ended is not None:
        record.fold(RunEnded(framework, "finished", arm.plan.epochs, ended - began, None, moment=BEGIN + ended))
    return Member(place, arm.varied, record)


def test_the_time_left_is_that_of_the_runs_which_are_left():
    arms = sets.seeds(LENET, PLAN, 6)
    assert seconds_left([member(arm, n) for n, arm in enumerate(arms)], BEGIN) is None
    done = [member(arms[0], 0, 0, 10), member(arms[1], 1, 10, 20)]
    waiting = [member(arm, n) for n, arm in enumerate(arms[2:], 2)]
    assert seconds_left([*done, *waiting], BEGIN + 20) == pytest.approx(40, rel=0.05)


def test_two_at_a_time_take_half_as_long():
    arms = sets.seeds(LENET, PLAN, 8)
    done = [member(arms[0], 0, 0, 10), member(arms[1], 1, 0, 10)]
    waiting = [member(arm, n) for n, arm in enumerate(arms[2:], 2)]
    assert seconds_left([*done, *waiting], BEGIN + 10) == pytest.approx(30, rel=0.05)


def test_a_run_at_work_counts_by_what_is_left_of_it():
    arms = sets.seeds(LENET, PLAN, 3)
    half = member(arms[1], 1, 10, steps=remaining_steps(arms[1]) // 2)
    left = seconds_left([member(arms[0], 0, 0, 10), half, member(arms[2], 2)], BEGIN + 15)
    assert left == pytest.approx(15, rel=0.1)


def remaining_steps(arm) -> int:
    return arm.plan.epochs * -(-1150 // arm.plan.batch_size)


@pytest.mark.parametrize(("a_step", "an_image"), [(0.004, 0.0), (0.0, 0.0005), (0.001, 0.0002)])
def test_runs_of_other_lengths_are_told_from_two(a_step, an_image):
    arms = sets.batch_sizes(LENET, PLAN, (8, 16, 32, 64, 128))
    lengths = [PLAN.epochs * (a_step * -(-1150 // arm.plan.batch_size) + an_image * 1150) for arm in arms]
    done = [member(arms[0], 0, 0, lengths[0]), member(arms[1], 1, lengths[0], lengths[0] + lengths[1])]
    waiting = [member(arm, n) for n, arm in enumerate(arms[2:], 2)]
    left = seconds_left([*done, *waiting], BEGIN + lengths[0] + lengths[1])
    assert left == pytest.approx(sum(lengths[2:]), rel=0.2)


def test_nothing_is_left_when_all_are_over():
    arms = sets.seeds(LENET, PLAN, 2)
    assert seconds_left([member(arms[0], 0, 0, 10), member(arms[1], 1, 10, 20)], BEGIN + 20) == 0
    assert remaining.LEAST_SHARE < 0.5
