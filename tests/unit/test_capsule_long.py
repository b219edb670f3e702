"""A capsule of a long run takes time proportional to its events, and does not block other threads."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from clsf import capsule
from clsf.capsule import taking, writing
from clsf.capsule.contents import PAUSE, Capsule
from clsf.capsule.parcels import AT_ONCE, Parcels
from clsf.capsule.taking import take_in
from clsf.events import BatchesEnded, DataProgress, EpochEnded, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs import rows
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore


def long_run(steps: int) -> tuple[RunRecord, list]:
    started = RunStarted(
        "torch", "loop", "cpu", 2, {"torch": "2"}, 10, steps // 10, 9, 3, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5
    )
    events = [
        started,
        *(BatchesEnded(1, n, (2.5,), (0.1,), (1.0,), 0.01, 50.0, n * 0.1) for n in range(1, steps + 1)),
        EpochEnded(1, 2.0, 0.3, 1.9, 0.35, 0.6, 0.2, 50.0),
        RunEnded("torch", "finished", 1, 0.8, 50.0),
    ]
    record = RunRecord("long", "g", "torch", preset("tiny", 10), Plan("digits"), 1.7e9)
    for event in events:
        record.fold(event)
    return record, events


def seconds(action) -> float:
    """Return this thread's CPU seconds, the least of three runs: waiting and other programs don't count."""
    found = []
    for _ in range(3):
        begun = time.thread_time()
        action()
        found.append(time.thread_time() - begun)
    return min(found)


@pytest.fixture
def store(tmp_path):
    opened = RunStore.open(tmp_path)
    yield opened
    opened.close()


@pytest.mark.slow
def test_four_times_the_events_take_four_times_as_long(store):
    took = []
    for steps in (4_000, 16_000):
        record, events = long_run(steps)
        content = capsule.write(record, None, events=events)
        found = capsule.read(content)
        assert len(found.events) == len(events)
        actions = (
            lambda record=record, events=events: capsule.write(record, None, events=events),
            lambda content=content: capsule.read(content),
            lambda found=found: take_in(found, store, "me"),
        )
        took.append([seconds(action) for action in actions])
    for less, more in zip(*took, strict=True):
        assert more / less < 12  # quadratic growth would give 16; another program on the same cache can double a time


def test_others_have_their_turn_after_each_thousand_events(store, monkeypatch):
    record, events = long_run(5 * AT_ONCE)
    pauses = []
    for module in (writing, taking):
        monkeypatch.setattr(module, "time", SimpleNamespace(sleep=pauses.append))
    content = capsule.write(record, None, events=events)
    assert len(pauses) == 6
    found = capsule.read(content)
    assert found.events == tuple(events)
    assert len(store.events(take_in(found, store, "me"))) == len(events)
    assert pauses == [PAUSE] * 12


def test_pieces_make_the_same_list_whatever_is_left_out_of_them(monkeypatch):
    record, events = long_run(20)
    whole = capsule.write(record, None, events=events)
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    left_out = [DataProgress("read", 0, 1)] * 5
    assert capsule.read(capsule.write(record, None, events=[*left_out, *events])).events == tuple(events)
    assert capsule.write(record, None, events=events) == whole


def test_a_long_history_travels_as_texts_and_is_equal_to_what_it_was():
    _, events = long_run(2 * AT_ONCE + 5)
    sent = replace(Capsule("torch", preset("tiny", 10), Plan("digits"), 1.0, tuple(events), None, (8, 8, 1), ()), notes="n")
    content = pickle.dumps(sent)
    assert len(content) < 20 * len(events)  # bytes; pickled one by one they take 50 each, and as JSON 180
    came = pickle.loads(content)  # noqa: S301  our own
    assert isinstance(came.events, Parcels)
    assert came.events == tuple(events)
    assert came.events != tuple(events[:-1])
    assert (came.events[0], came.events[-1], came.events[AT_ONCE]) == (events[0], events[-1], events[AT_ONCE])
    assert came.events[AT_ONCE - 1 : AT_ONCE + 2] == tuple(events[AT_ONCE - 1 : AT_ONCE + 2])
    assert came.events[5:5] == ()
    assert pickle.loads(pickle.dumps(came)).events == came.events  # noqa: S301
    assert came.folded().steps.losses == sent.folded().steps.losses


def test_never_more_than_a_thousand_events_are_made_at_once(store, monkeypatch):
    """Garbage collection blocks every page: with a million objects it takes 120 ms."""
    record, events = long_run(3 * AT_ONCE)
    content = pickle.dumps(Capsule("torch", record.model, record.plan, 1.0, tuple(events), None, (8, 8, 1), ()))
    run_id = take_in(pickle.loads(content), store, "me")  # noqa: S301
    assert store.settle(10)
    made = []
    read = rows.events_of
    monkeypatch.setattr(rows, "events_of", lambda run_id, bodies: made.append(len(list(bodies))) or read(run_id, bodies))
    other = RunStore.open(store._folder)
    try:
        assert other.record(run_id).steps.losses == record.steps.losses
        told = capsule.write(other.record(run_id), None, events=other.told(run_id))
        assert capsule.read(told).events == tuple(events)
        assert made == 2 * [AT_ONCE, AT_ONCE, AT_ONCE, 3]
    finally:
        other.close()
