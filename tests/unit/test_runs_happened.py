"""What happened in a run beyond its plan: read from live events, from a file of this or an older version, from a capsule."""

import json
import sqlite3

import pytest

from clsf import capsule
from clsf.code import notebook, script
from clsf.events import (
    BatchesEnded,
    EpochEnded,
    LearningRateChanged,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StoppedEarly,
)
from clsf.model.presets import preset
from clsf.plan import Plan, Plateau, Schedule
from clsf.runs.database import NAME
from clsf.runs.happened import Happened, overlap, rates_text, trained_between
from clsf.runs.history import Query
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore

SPEC = preset("tiny", 10)
PLAN = Plan("digits", epochs=3)


def started(**changes) -> RunStarted:
    return RunStarted(
        "torch", "loop", "cpu", 2, {"torch": "2"}, 3, 4, 16, 4, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5, **changes
    )


def batch(step: int, rate: float = 0.001) -> BatchesEnded:
    return BatchesEnded(1, step, (1.0,), (0.5,), None, rate, 10.0, float(step))


EVENTS = [
    started(), batch(1), Paused(1), batch(2), Paused(2), batch(3), Paused(3), LearningRateChanged(3, 0.5), LearningRateChanged(3, 0.1),
    Resumed(3), batch(4, 0.1), EpochEnded(1, 1.0, 0.5, 1.0, 0.5, 4.0, 0.1, 10.0), LearningRateChanged(4, 0.05, "plateau"),
    BatchesEnded(2, 5, (1.0,), (0.5,), None, 0.05, 10.0, 5.0), Paused(5), LearningRateChanged(5, 9.0),
    RunEnded("torch", "stopped", 1, 5.1, 10.0, looks_asked=2),
]  # fmt: skip
SAID = [
    "Learning rate changed by hand to 0.1 after step 3.",
    "Learning rate reduced on a plateau to 0.05 after step 4.",
    "Pauses by hand: 2.",
    "Steps taken by hand: 2.",
    "Steps looked at in detail: 2.",
    "Stopped by hand after step 5, with 1 of 3 epochs done.",
]


def record(name="run", machine="m", created=1.0) -> RunRecord:
    return RunRecord(name, "group", "torch", SPEC, PLAN, created, "me", machine=machine)


def said(was: Happened) -> list[str]:
    return [str(sentence) for sentence in was.sentences()]


def test_it_is_read_from_the_events():
    found = record()
    for event in EVENTS:
        found.fold(event)
    was = Happened.of(found)
    assert said(was) == SAID
    assert (was.changed, was.reduced) == (((3, 0.1),), ((4, 0.05),))
    assert Happened.from_json(json.loads(json.dumps(was.to_json()))) == was
    assert rates_text(0.001, was.changed + was.reduced) == "0.001 → 0.1 → 0.05"


def test_a_run_that_was_left_alone_has_nothing_to_tell():
    found = record()
    for event in (started(), batch(1), RunEnded("torch", "finished", 1, 1.0, 1.0)):
        found.fold(event)
    assert said(Happened.of(found)) == []


def test_early_stopping_and_a_start_from_weights_are_told():
    found = RunRecord("r", "g", "torch", SPEC, PLAN.but(begin_from="x", epochs_before=7), 0.0)
    for event in (started(), batch(1), EpochEnded(1, 1.0, 0.5, 1.0, 0.5, 4.0, 0.1, 10.0), StoppedEarly(1, 1, 1)):
        found.fold(event)
    assert said(Happened.of(found)) == [
        "Began with the weights of the run x (epochs trained before: 7).",
        "Stopped early, after epoch 1 of 3.",
    ]


@pytest.fixture
def stored(tmp_path):
    store = RunStore.open(tmp_path)
    for name, events in {"touched": EVENTS, "plain": [EVENTS[0], batch(1), RunEnded("torch", "finished", 0, 1.0, 1.0)]}.items():
        store.create(record(name, machine=name))
        store.append(name, events)
    store.close()
    return tmp_path


@pytest.mark.parametrize("older", [False, True])
def test_the_list_of_runs_says_it_of_runs_of_an_older_program_too(stored, older):
    if older:
        with sqlite3.connect(stored / NAME) as connection:
            connection.execute("DROP TABLE happened")
    store = RunStore.open(stored)
    lines = {line.run.run_id: line for line in store.history.find(Query("me"))}
    assert {name: said(line.happened) for name, line in lines.items()} == {"touched": SAID, "plain": []}
    again = {line.run.run_id: line for line in store.history.find(Query("me"))}
    assert again == lines
    assert said(Happened.of(store.record("touched"))) == SAID
    store.history.remove(["touched"])
    store.close()
    with sqlite3.connect(stored / NAME) as connection:
        assert connection.execute("SELECT run_id FROM happened").fetchall() == [("plain",)]


def test_it_goes_along_in_a_capsule():
    found = record()
    for event in EVENTS:
        found.fold(event)
    back = capsule.read(capsule.write(found, None, events=EVENTS)).folded()
    assert said(Happened.of(back)) == SAID


def test_when_it_trained_is_told_or_derived_and_never_too_long():
    told, old = record(created=100.0), record(created=100.0)
    for event in (started(moment=110.0), batch(1), RunEnded("torch", "finished", 0, 1.0, 1.0, moment=120.0)):
        told.fold(event)
    assert trained_between(told) == (109.5, 120.0)
    for event in (started(), batch(1), RunEnded("torch", "finished", 0, 4.0, 1.0)):
        old.fold(event)
    assert trained_between(old) is None
    old.updated = 130.0
    assert trained_between(old) == (125.5, 130.0)
    old.group = "c0123456789abcde"  # it came in a capsule: when the store got it means nothing
    assert trained_between(old) is None
    assert overlap((0, 10), (8, 20)) == 2
    assert overlap((0, 10), (12, 20)) == 0


def test_runs_that_trained_meanwhile_on_the_same_machine_are_known(tmp_path):
    import time

    now = time.time()
    store = RunStore.open(tmp_path)
    for name, machine, begun in (
        ("one", "m", now - 20),
        ("two", "m", now - 10),
        ("far", "other", now - 10),
        ("late", "m", now + 50),
    ):
        store.create(record(name, machine, now - 60))
        store.append(name, [started(moment=begun), batch(1)])
    for name in ("one", "two"):
        store.append(name, [RunEnded("torch", "finished", 0, 1.0, 1.0, moment=now)])
    assert (store.record("one").beside, store.record("two").beside) == (("two",), ("one",))
    store.close()
    store = RunStore.open(tmp_path)
    assert store.record("one").beside == ("two",)
    store.close()


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_a_script_changes_the_learning_rate_where_the_run_did(framework):
    plan = PLAN.but(schedule=Schedule("step"))
    text = script(SPEC, plan, framework, ((7, 0.02), (9, 0.04)), ["Pauses by hand: 1.\nimport os"])
    assert text.startswith(
        "# The run was not only what its settings say:\n# - Pauses by hand: 1.import os\n# This script repeats the changes"
    )
    scope = {"x_train": range(128), "BATCH_SIZE": 32, "LEARNING_RATE": 0.01}
    start = text.index("STEPS_PER_EPOCH =")
    exec(text[start : text.index("# Training", start)], scope)  # noqa: S102  our own text
    assert [0.01 * scope["share"](step) for step in (6, 7, 9)] == pytest.approx([0.005, 0.01, 0.01])
    set_it = "optimizer.learning_rate = rate * share(step)" if framework == "tensorflow" else '["lr"] = rate * share(step)'
    assert set_it in script(SPEC, PLAN, framework, ((7, 0.02),))
    assert "share(" not in script(SPEC, PLAN, framework)


def test_a_script_says_what_it_does_not_repeat():
    assert "# This script repeats nothing of this." in script(SPEC, PLAN.but(plateau=Plateau()), "torch", ((7, 0.02),), ["x"])
    told = notebook(SPEC, PLAN, changed=((7, 0.02),), happened=Happened(changed=((7, 0.02),)).sentences()).decode()
    assert "Learning rate changed by hand to 0.02 after step 7." in told
    assert told.count("CHANGED = {7: 0.02}") == 2
    assert "not only what its settings say" not in notebook(SPEC, PLAN).decode()
