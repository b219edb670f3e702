"""A whole class starts an experiment in both frameworks at once, and everybody gets a turn."""

import time
from dataclasses import replace

import pytest

from clsf import FRAMEWORKS, limits
from clsf.errors import EngineError
from clsf.experiments import sets, start
from clsf.experiments.values import Experiment
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.settings import Settings
from clsf.training_service import TrainingService

STUDENTS = [f"student-{number}" for number in range(30)]
SEEDS = 8
EACH = len(FRAMEWORKS) * SEEDS  # runs of one experiment


@pytest.fixture
def room(engine, fresh_home, monkeypatch):
    """A lab on the fake engine, whose workers have no framework; the lab does not close the engine."""
    monkeypatch.setattr(limits, "FRAMEWORK_BYTES", 0)
    store = RunStore.open()
    lab = TrainingService(engine, store)
    yield lab
    training, waiting = engine.line()
    for run_id in (*waiting, *training):
        engine.control(run_id, "stop")
    lab.wait([*waiting, *training], 10)
    store.close()


def experiment(fault="quick"):
    spec = replace(preset("tiny", 10), name=fault)
    return Experiment("seeds", sets.seeds(spec, Plan("digits", epochs=1), SEEDS), FRAMEWORKS)


def block(room):
    spec = replace(preset("tiny", 10), name="none")
    first = room.train(spec, Plan("digits", epochs=900), ("torch",), owner="first")[0]
    while room.engine.position(first) != 0:
        time.sleep(0.01)
    return first


@pytest.mark.slow
def test_thirty_students_start_an_experiment_in_both_frameworks(room):
    first = block(room)
    for student in STUDENTS:
        start.start(room, experiment(), student, "")
    _, waiting = room.engine.line()
    assert len(waiting) == 30 * EACH
    assert [run.run_id for run in room.recent(None, 1000)] == [first]  # a run is made when it begins
    began = time.monotonic()
    assert room.place(waiting[-1]).position == 30 * EACH
    assert time.monotonic() - began < 1  # 0.1 s on a quiet machine
    turns = [room.record(run_id).owner for run_id in waiting]
    for number in range(EACH // 2):  # in each round everybody gets one turn, with both frameworks
        assert sorted(turns[60 * number : 60 * (number + 1)]) == sorted(STUDENTS * 2)
    room.control(first, "stop")
    assert room.wait(waiting, 700)  # a minute or two on a quiet machine
    assert {room.record(run_id).status for run_id in waiting} == {"finished"}
    assert len(room.recent(None, 1000)) == 1 + 30 * EACH


def test_a_refusal_leaves_nothing_and_names_how_many_wait(room, monkeypatch):
    monkeypatch.setattr(room.engine, "_settings", Settings(waiting_in_all=2))
    first = block(room)
    for student in STUDENTS[:2]:
        start.start(room, experiment(), student, "")
    with pytest.raises(EngineError, match="2 trainings wait here already"):
        start.start(room, experiment(), STUDENTS[2], "")
    assert [room.recent(student) for student in STUDENTS[:3]] == [[], [], []]
    assert room.history.experiments(STUDENTS[2]) == []
    assert len(room.history.experiments(STUDENTS[0])) == 1
    for run_id in [*room.engine.line()[1], first]:
        room.control(run_id, "stop")
    assert room.wait([first], 10)


def test_an_experiment_whose_first_runs_are_over_is_still_one_start(room, monkeypatch):
    monkeypatch.setattr(room.engine, "_settings", Settings(waiting_in_all=1))
    room.engine.admit("ann", "one")
    first = block(room)
    spec = replace(preset("tiny", 10), name="none")
    waits = room.train(spec, Plan("digits", epochs=1), ("torch",), owner="bob")
    room.engine.admit("ann", "one")
    with pytest.raises(EngineError, match="1 training waits here"):
        room.engine.admit("ann", "two")
    for run_id in (*waits, first):
        room.control(run_id, "stop")
    assert room.wait([first], 10)
