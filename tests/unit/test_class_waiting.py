"""How long a run in the queue waits: worked out by hand from training runs, similar runs and an arithmetic guess."""

from __future__ import annotations

import pytest

from clsf.data import catalogue
from clsf.events import BatchesEnded, EpochEnded, Paused, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs import speed, waiting
from clsf.runs.record import RunRecord
from clsf.runs.summary import summary_of_record

STARTED = RunStarted("torch", "loop", "cpu", 2, {}, 2, 10, 320, 80, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5)  # 20 steps


def queued(name="r", framework="torch", epochs=2, data="digits", **plan):
    return RunRecord(name, name, framework, preset("tiny"), Plan(data, epochs=epochs, **plan), 1.0)


def running(steps, seconds, validation=0.0):
    found = queued()
    found.fold(STARTED)
    found.fold(BatchesEnded(1, 1, (1.0,) * steps, (0.5,) * steps, None, 0.1, 100.0, seconds))
    if validation:
        found.fold(EpochEnded(1, 1.0, 0.5, 1.0, 0.5, seconds, validation, 100.0))
    return found


def expected(ahead, recent, **rules):
    """Return the wait of one more run behind these."""
    found = waiting.waits([*ahead, queued("last")], recent, **rules)
    assert len(found) == len(ahead) + 1
    assert found[0] == 0.0
    return found[-1]


def test_a_run_that_trains_goes_on_as_fast_as_so_far():
    assert expected([running(5, 3.0)], []) == pytest.approx(9.0)  # 5 of 20 steps in 3 s: 15 more at 0.6 s
    assert expected([running(10, 3.0, validation=2.0)], []) == pytest.approx(5.0)  # validation counts too


def test_a_run_that_waits_is_as_fast_as_the_last_alike():
    alike = running(5, 3.0)
    alike.fold(RunEnded("torch", "finished", 1, 3.0, 500.0))
    other = queued("o", "tensorflow")
    other.fold(RunEnded("tensorflow", "finished", 1, 3.0, 5.0))  # of the other framework: ignored
    info = catalogue.info("digits")
    plan = Plan("digits", epochs=3, validation_share=0.2)
    validated = round(info.train * 0.2)  # whole images
    images = info.train - validated + speed.VALIDATION * validated
    record = RunRecord("w", "w", "torch", preset("tiny"), plan, 1.0)
    by_hand = speed.OVERHEAD["torch"] + 3 * images / 500.0
    assert expected([record], [summary_of_record(other), summary_of_record(alike)]) == pytest.approx(by_hand)


def test_without_one_alike_it_is_guessed_and_never_nothing():
    seconds, measured = speed.training_seconds(preset("tiny"), Plan("digits", epochs=4), "torch", catalogue.info("digits"), [])
    assert not measured
    assert expected([queued(epochs=4)], []) == pytest.approx(seconds)
    assert seconds > speed.OVERHEAD["torch"]


def test_runs_ahead_add_up_and_workers_share_them():
    ahead = [running(5, 3.0), running(10, 4.0)]
    assert expected(ahead, []) == pytest.approx(9.0 + 4.0)
    assert expected(ahead, [], at_once=2) == pytest.approx(6.5)
    assert expected(ahead, [], at_once=0) == pytest.approx(13.0)  # all workers are lost for the moment


def test_each_in_line_waits_for_those_before_it():
    line = [running(5, 3.0), queued(epochs=4), running(10, 4.0), queued()]
    assert waiting.waits(line, []) == [pytest.approx(expected(line[:n], [])) for n in range(4)]


def test_no_run_takes_longer_than_the_server_lets_it():
    assert expected([running(1, 1000.0)], [], longest=60.0) == 60.0


def test_nobody_ahead_is_no_wait_and_a_run_that_just_ended_takes_none():
    ended = running(5, 3.0)
    ended.fold(RunEnded("torch", "stopped", 1, 3.0, 500.0))
    assert expected([], []) == 0.0
    assert expected([ended], []) == 0.0


def test_a_pause_lasts_as_long_as_it_lasts():
    paused = running(5, 3.0)
    paused.fold(Paused(5))
    assert expected([paused, queued()], []) is None
    assert waiting.waits([queued(), paused, queued(), queued()], [])[2:] == [None, None]


def test_a_data_set_that_is_gone_can_not_be_estimated():
    assert expected([queued(data="folder-0123456789abcdef")], []) is None
