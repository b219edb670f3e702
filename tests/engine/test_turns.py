"""Sessions take turns, and none queues more than allowed."""

import secrets

import psutil
import pytest

from clsf.engine.base import RunRequest
from clsf.errors import EngineError
from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.settings import Settings
from clsf.words import Sentence


@pytest.fixture
def queued(engine):
    """Submit a run of an owner and return its id."""

    def queued(run_id, owner, epochs=1):
        engine.submit(
            RunRequest(
                run_id, "torch", preset("tiny", 10).to_json(), Plan("digits", epochs=epochs).to_json(), run_id, owner=owner
            )
        )
        return run_id

    return queued


def test_a_session_that_queued_much_lets_another_one_in_between(engine, witness, queued):
    first = queued("ann0", "ann", epochs=3)
    witness.until(lambda: any(what == "started" for what, _ in witness.of(first)))
    names = [queued(f"ann{number}", "ann") for number in (1, 2)] + [queued("bob", "bob")]
    assert [engine.position(name) for name in names] == [2, 3, 1]
    assert engine.line() == (["ann0"], ["bob", "ann1", "ann2"])
    for name in names:
        witness.until_over(name, 30)
    assert [run_id for _, what, run_id, _ in witness.news if what == "started"] == ["ann0", "bob", "ann1", "ann2"]


def test_a_session_may_queue_its_share_and_no_more(engine, witness, queued):
    most = engine._settings.running_per_session + engine._settings.waiting_per_session
    names = [queued(f"c{number}", "cem", epochs=3) for number in range(most)]
    with pytest.raises(EngineError, match=f"{most} of your trainings run or wait already"):
        engine.admit("cem", "another")
    engine.admit("cem", names[0])  # the other half of a queued pair
    engine.admit("dia", "another")
    engine.admit("", "another")
    for name in names:
        engine.control(name, "stop")
    for name in names:
        witness.until_over(name)
    engine.admit("cem", "another")


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_ended_and_keeps_its_weights(engine, witness, queued, monkeypatch):
    monkeypatch.setattr(engine, "_settings", Settings(max_run_seconds=1))
    monkeypatch.setattr("clsf.engine.cluster.LOOK_SECONDS", 0.2)
    run_id = queued("long", "ann", epochs=500)
    end = witness.until_over(run_id, 30)
    assert end.reason == "time-limit"
    assert [what for what, _ in witness.of(run_id)][-2:] == ["weights", "events"]
    short = queued("short", "ann")
    assert witness.until_over(short).reason == "finished"


@pytest.fixture
def experiment(engine, monkeypatch):
    """Queue runs that may share two cores, and return their ids; afterwards there is one worker again."""
    monkeypatch.setattr("clsf.engine.cluster.cores", lambda: 2)
    monkeypatch.setattr("clsf.engine.local.EXTRA_MEMORY", 1)
    monkeypatch.setattr("clsf.engine.cluster.SHARED_SECONDS", 1.0)
    monkeypatch.setattr("clsf.engine.cluster.LOOK_SECONDS", 0.2)

    def queued(count, epochs):
        model, plan = preset("tiny", 10).to_json(), Plan("digits", epochs=epochs).to_json()
        names = [secrets.token_hex(4) for _ in range(count)]
        for name in names:
            engine.submit(RunRequest(name, "torch", model, plan, name, race=True, owner="ann", start=names[0]))
        return names

    yield queued
    with engine._lock:
        assert engine._lock.wait_for(lambda: len(engine._pool.table.of("torch")) == 1, 30)
    assert engine.wait_warm(20)


def trains(witness, count):
    """Wait until a number of runs have begun."""
    witness.until(lambda: sum(what == "started" for _, what, _, _ in witness.news) >= count, 30)


@pytest.mark.slow
def test_small_runs_of_an_experiment_share_the_cores_and_let_others_in(engine, witness, experiment):
    model, plan = preset("tiny", 10).to_json(), Plan("digits", epochs=10).to_json()
    names = experiment(6, epochs=6)
    trains(witness, 3)
    assert len([worker for worker in engine.state().workers if worker.framework == "torch"]) == 2
    engine.submit(RunRequest("bob", "torch", model, plan, "bob", owner="bob"))
    ends = {name: witness.until_over(name, 60) for name in (*names, "bob")}
    assert {end.reason for end in ends.values()} == {"finished"}

    # How many trained at a time, by the order of events.
    beside, most, going = set(), 0, set()
    for _, what, run_id, content in witness.news:
        if what == "started":
            beside |= going if run_id == "bob" else set()
            going.add(run_id)
            most = max(most, len(going))
        elif what == "events" and isinstance(content[-1], RunEnded):
            going.discard(run_id)
    assert most == 2
    assert beside == set()
    started = [run_id for _, what, run_id, _ in witness.news if what == "started"]
    assert started.index("bob") < len(names)  # before the last of the runs queued first


@pytest.mark.slow
def test_a_worker_that_is_killed_takes_one_run_of_an_experiment_with_it(engine, witness, experiment):
    names = experiment(5, epochs=8)
    trains(witness, 2)
    with engine._lock:
        lost = next(run for run in engine._running.values() if run.address)
    psutil.Process(lost.pid).kill()
    ends = {name: witness.until_over(name, 60) for name in names}
    assert isinstance(ends.pop(lost.run_id), Sentence)
    assert {end.reason for end in ends.values()} == {"finished"}


def test_an_experiment_that_is_stopped_leaves_nothing_running(engine, witness, experiment):
    names = experiment(5, epochs=500)
    trains(witness, 2)
    for name in reversed(names):  # the waiting runs first
        engine.control(name, "stop")
    ends = [witness.until_over(name, 30) for name in names]
    assert {getattr(end, "reason", end) for end in ends} == {"stopped"}
    assert engine.line() == ([], [])
