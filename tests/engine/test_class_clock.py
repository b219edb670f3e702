"""The machine's clock is changed during a run: order, durations and history stay correct."""

from __future__ import annotations

import secrets
import time

import pytest

from clsf import limits
from clsf.events import BatchesEnded, RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService

HOURS = 3600.0


@pytest.fixture
def lab(engine, tmp_path, monkeypatch):
    """A lab on the shared engine of this folder; it does not close the engine."""
    monkeypatch.setattr(engine, "close", lambda: None)
    monkeypatch.setattr(limits, "require", lambda *facts: None)  # these workers have too little memory for a framework
    lab = TrainingService(engine, RunStore.open(tmp_path))
    yield lab
    lab.close()
    engine.listen(engine.witness)


@pytest.fixture
def clock(monkeypatch, engine):
    """Shift the clock by a number of seconds: in this process, which includes the scheduler, and in the worker's."""
    import distributed

    real = time.time
    state = {"by": 0.0}

    def told():
        return real() + state["by"]

    monkeypatch.setattr(time, "time", told)
    for module in (distributed.scheduler, distributed.client, distributed.nanny, distributed.core):
        if hasattr(module, "time") and not hasattr(module.time, "time"):
            monkeypatch.setattr(module, "time", told)

    def set_by(seconds):
        state["by"] = seconds
        engine.call("torch", "tests.engine.fakes:set_clock", seconds)

    yield set_by
    set_by(0.0)


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def trained(lab, epochs, owner):
    [run_id] = lab.train(preset("tiny", 10), Plan("digits", epochs=epochs), ["torch"], owner=owner)
    return run_id


@pytest.mark.parametrize("jumps", [(-5 * HOURS, 5 * HOURS), (5 * HOURS, -5 * HOURS), (-40 * 24 * HOURS,), (20 * 24 * HOURS,)])
def test_a_run_does_not_notice_that_the_clock_is_set(lab, clock, tmp_path, jumps):
    owner = secrets.token_hex(4)
    run_id = trained(lab, 5, owner)  # fifty steps of 0.02 s
    for number, jump in enumerate(jumps, start=1):
        until(lambda number=number: len(lab.record(run_id).steps) >= 12 * number)
        clock(jump)
    waiting = trained(lab, 1, owner)  # queued after the clock change
    assert lab.wait([run_id, waiting], 30)
    events = lab.store.events(run_id)
    steps = [e for e in events if isinstance(e, BatchesEnded)]
    assert [e.step for e in steps] == sorted(e.step for e in steps)
    assert sum(len(e.losses) for e in steps) == 50
    record = lab.record(run_id)
    assert record.status == lab.record(waiting).status == "finished"
    assert all(later > earlier for earlier, later in zip(record.steps.seconds, record.steps.seconds[1:], strict=False))
    assert 0.5 < record.ended.seconds < 20  # seconds of training, not of the clock
    assert sum(isinstance(e, RunEnded) for e in events) == 1
    assert {s.run_id for s in lab.recent(owner)} == {run_id, waiting}  # nothing is lost from the history
    # Another program with the same file sees the same, and does not take a living run for a dead one.
    third = trained(lab, 30, owner)
    until(lambda: lab.record(third).status == "running")
    other = RunStore.open(tmp_path)
    assert other.record(run_id).status == "finished"
    assert other.record(third).status == "running"
    assert len(other.events(run_id)) == len(events)
    other.close()
    lab.control(third, "stop", owner=owner)
    assert lab.wait([third], 20)


def test_the_time_limit_is_of_training_not_of_the_clock(lab, engine, clock, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(engine, "_settings", replace(engine._settings, max_run_seconds=60))
    run_id = trained(lab, 10, "ann")
    until(lambda: len(lab.record(run_id).steps) >= 10)
    clock(5 * HOURS)
    assert lab.wait([run_id], 30)
    assert lab.record(run_id).status == "finished"
