"""When something fails, the run says so in a sentence, and the next run works."""

import os
import signal
import time

import pytest

from clsf.engine import cluster
from clsf.errors import EngineError
from clsf.events import BatchesEnded, RunEnded
from tests.engine.conftest import alive, pid_of


def works(submit, witness, framework="torch"):
    ended = witness.until_over(submit(framework=framework))
    return isinstance(ended, RunEnded) and ended.reason == "finished"


def test_an_error_that_nobody_foresaw(submit, witness):
    failure = witness.until_over(submit("raises"))
    assert str(failure).startswith("The job failed with ValueError: the cat sat on the keyboard")
    assert len(str(failure)) < 420
    assert works(submit, witness)


def test_an_error_with_a_sentence_keeps_it(submit, witness):
    failure = witness.until_over(submit("says no"))
    assert failure.template == "The {thing} is too {how}."
    assert failure.values == {"thing": "model", "how": "large"}


def test_a_plan_that_can_not_be_read(engine, submit, witness):
    engine.job = "tests.engine.fakes:nothing_of_that_name"
    try:
        failure = witness.until_over(submit())
    finally:
        engine.job = "tests.engine.fakes:run"
    assert "can't be found" in str(failure)


def test_a_worker_that_dies_in_the_middle(engine, submit, witness):
    before = pid_of(engine, "torch")
    run_id, follower = submit("dies"), submit()
    failure = witness.until_over(run_id)
    assert str(failure).startswith("The torch worker process ran out of memory or was killed; a new one takes its place.")
    assert any(isinstance(e, BatchesEnded) for e in witness.events(run_id))  # earlier events are kept
    assert witness.until_over(follower).reason == "finished"
    assert pid_of(engine, "torch") != before


def test_a_worker_killed_from_outside(engine, submit, witness):
    run_id = submit(framework="tensorflow", epochs=500)
    witness.until_event(run_id, BatchesEnded)
    os.kill(pid_of(engine, "tensorflow"), signal.SIGKILL)
    assert "tensorflow worker process" in str(witness.until_over(run_id))
    assert works(submit, witness, "tensorflow")


def test_a_worker_killed_while_it_has_nothing_to_do(engine, submit, witness):
    for _ in range(2):
        os.kill(pid_of(engine, "torch"), signal.SIGKILL)
        assert works(submit, witness)  # submitted before the failure is noticed


def test_a_worker_killed_while_it_wakes_up(engine, submit, witness):
    engine._pool.warm = "tests.engine.fakes:slow_warm"
    try:
        os.kill(pid_of(engine, "torch"), signal.SIGKILL)
        new = witness_new_pid(engine, "torch")
        assert next(w.status for w in engine.state().workers if w.framework == "torch") == "starting"
        os.kill(new, signal.SIGKILL)
        assert works(submit, witness)
    finally:
        engine._pool.warm = "tests.engine.fakes:warm"
    assert engine.wait_warm(10)


def witness_new_pid(engine, framework):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        state = next(w for w in engine.state().workers if w.framework == framework)
        if state.pid is not None and state.status == "starting":
            return state.pid
        time.sleep(0.02)
    raise AssertionError(engine.state())


def test_a_worker_that_takes_too_much_memory(submit, witness):
    failure = witness.until_over(submit("eats"), timeout=20)
    assert str(failure.template).startswith("The {framework} worker process used {used} GB of memory and may use {limit} GB")
    assert (failure.values["framework"], failure.values["limit"]) == ("torch", "0.60")
    assert works(submit, witness)


def test_a_worker_that_keeps_much_memory_is_replaced(engine, submit, witness):
    before = pid_of(engine, "torch")
    assert witness.until_over(submit("grows")).reason == "finished"
    assert works(submit, witness)
    assert pid_of(engine, "torch") != before


def test_a_run_that_does_not_obey_is_ended_with_its_worker(engine, submit, witness, monkeypatch):
    monkeypatch.setattr(cluster, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(cluster, "KEEP_SECONDS", 0.4)
    before = pid_of(engine, "torch")
    run_id, follower = submit("deaf", epochs=500), submit()
    witness.until_event(run_id, BatchesEnded)
    began = time.monotonic()
    engine.control(run_id, "stop")
    assert witness.until_over(run_id) == "stopped"
    assert 0.6 < time.monotonic() - began < 3
    assert witness.until_over(follower).reason == "finished"
    assert not alive(before)
    assert witness.of(run_id)[-1] == ("ended_early", "stopped")  # nothing after the end


def test_a_run_that_is_slow_to_obey_keeps_its_weights(engine, submit, witness, monkeypatch):
    """As on a busy machine: the current step takes longer than a stop usually does."""
    monkeypatch.setattr(cluster, "STOP_SECONDS", 0.2)
    before = pid_of(engine, "torch")
    run_id = submit("slow to stop", epochs=500)
    witness.until_event(run_id, BatchesEnded)
    engine.control(run_id, "stop")
    assert witness.until_over(run_id).reason == "stopped"
    assert "weights" in [what for what, _ in witness.of(run_id)]
    assert pid_of(engine, "torch") == before


def test_a_second_stop_ends_such_a_run_at_once(engine, submit, witness, monkeypatch):
    monkeypatch.setattr(cluster, "STOP_SECONDS", 0.2)
    before, run_id = pid_of(engine, "torch"), submit("deaf", epochs=500)
    witness.until_event(run_id, BatchesEnded)
    engine.control(run_id, "stop")
    engine.control(run_id, "stop")  # a double click
    time.sleep(0.6)
    assert witness.end(run_id) is None
    engine.control(run_id, "stop")
    assert witness.until_over(run_id, timeout=5) == "stopped"
    until = time.monotonic() + 5
    while alive(before) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(before)


def test_a_call_whose_worker_dies(engine):
    with pytest.raises(EngineError, match="The torch worker process ran out of memory or was killed"):
        engine.call("torch", "tests.engine.fakes:die")
    assert engine.call("torch", "clsf.engine.work:ping")


def test_a_listener_that_fails_does_not_stop_the_queue(engine, submit, witness, caplog):
    class Broken:
        def __getattr__(self, name):
            raise RuntimeError("I am broken")

    engine.listen(Broken())
    submit()
    last = submit()
    until = time.monotonic() + 10
    while engine.position(last) is not None and time.monotonic() < until:
        time.sleep(0.02)
    assert engine.position(last) is None
    assert "I am broken" in caplog.text
    engine.listen(witness)


@pytest.mark.slow
def test_a_worker_that_could_not_be_started_again_is_tried_later(engine, submit, witness, monkeypatch):
    nanny = engine._workers._nannies["torch"]

    async def fail():
        raise OSError("no memory to start a process")

    monkeypatch.setattr(nanny, "instantiate", fail)
    os.kill(pid_of(engine, "torch"), signal.SIGKILL)
    ended = witness.until_over(submit(), timeout=20)
    assert ended.reason == "finished"
    assert engine._workers._nannies["torch"] is not nanny
