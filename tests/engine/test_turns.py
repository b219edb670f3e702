"""Sessions take turns, and none queues more than its share."""

import pytest

from clsf.engine.base import RunRequest
from clsf.errors import EngineError
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.settings import Settings


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
    engine.admit("cem", names[0])  # the other half of something that is queued
    engine.admit("dia", "another")
    engine.admit("", "another")
    for name in names:
        engine.control(name, "stop")
    for name in names:
        witness.until_over(name)
    engine.admit("cem", "another")


def test_a_run_that_takes_too_long_is_ended_and_keeps_its_weights(engine, witness, queued, monkeypatch):
    monkeypatch.setattr(engine, "_settings", Settings(max_run_seconds=1))
    monkeypatch.setattr("clsf.engine.cluster.LOOK_SECONDS", 0.2)
    run_id = queued("long", "ann", epochs=500)
    end = witness.until_over(run_id, 30)
    assert end.reason == "time-limit"
    assert [what for what, _ in witness.of(run_id)][-2:] == ["weights", "events"]
    short = queued("short", "ann")
    assert witness.until_over(short).reason == "finished"
