"""Slow jobs: they do not delay a page's questions, and end when they must."""

import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from clsf.engine import apart
from clsf.errors import EngineError
from clsf.events import BatchesEnded
from tests.engine.conftest import alive, pid_of

NAP = "tests.engine.fakes:nap_and_tell"


@pytest.fixture
def aside():
    with ThreadPoolExecutor(2) as threads:
        yield threads


def pid_in(path, timeout=15.0):
    """Return the process id that a job writes into a file when it begins."""
    until = time.monotonic() + timeout
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < until, "the job did not begin"
        time.sleep(0.02)
    return int(path.read_text())


def test_pages_are_answered_while_a_slow_job_is_done_and_a_run_trains(engine, submit, witness, aside, tmp_path):
    run_id = submit(epochs=500)
    witness.until_event(run_id, BatchesEnded)
    slow = aside.submit(engine.call_apart, "torch", NAP, str(tmp_path / "pid"), 3.0)
    pid = pid_in(tmp_path / "pid")
    times = []
    for _ in range(5):
        began = time.monotonic()
        assert engine.call("torch", "clsf.engine.work:ping", timeout=2.0) == pid_of(engine, "torch") != pid
        times.append(time.monotonic() - began)
    assert not slow.done()
    assert min(times) < 0.1
    assert slow.result(20) == (pid, apart.NICE)
    assert witness.end(run_id) is None


def test_a_slow_job_begins_while_another_question_is_being_answered(engine, aside, tmp_path):
    """A slow job does not use the slot for questions, so it starts at the same time."""
    question = aside.submit(engine.call, "torch", "tests.engine.fakes:nap", 2.5)
    time.sleep(0.3)
    slow = aside.submit(engine.call_apart, "torch", NAP, str(tmp_path / "pid"), 0.0)
    assert slow.result(20)[0] == pid_in(tmp_path / "pid")
    assert question.result(20) == "slept"


def test_what_it_raises_is_raised_here(engine, caplog):
    with pytest.raises(EngineError, match=r"^No job today\.$"):
        engine.call_apart("torch", "tests.engine.fakes:say_no")
    with pytest.raises(EngineError, match=r"The job failed with KeyError: 'nothing'\."):
        engine.call_apart("torch", "tests.engine.fakes:break_down")
    with pytest.raises(EngineError, match="must start with clsf"):
        engine.call_apart("torch", "os:getcwd")


def test_a_process_that_dies_is_told_and_the_worker_stays(engine):
    before = pid_of(engine, "torch")
    with pytest.raises(EngineError, match=r"ended before it was done \(exit code -9\)"):
        engine.call_apart("torch", "tests.engine.fakes:die")
    assert engine.call("torch", "clsf.engine.work:ping") == before


def test_one_that_takes_too_long_is_ended_and_the_worker_stays(engine):
    worker = pid_of(engine, "torch")
    with pytest.raises(EngineError, match=r"was not done within \d"):
        engine.call_apart("torch", "tests.engine.fakes:nap", 60.0, timeout=1.0)
    assert psutil.Process(worker).children() == []
    assert engine.call("torch", "clsf.engine.work:ping") == worker


def test_it_ends_with_its_worker(engine, aside, tmp_path):
    slow = aside.submit(engine.call_apart, "torch", NAP, str(tmp_path / "pid"), 60.0)
    pid = pid_in(tmp_path / "pid")
    psutil.Process(pid_of(engine, "torch")).kill()
    until = time.monotonic() + 5
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(pid)
    with pytest.raises(EngineError):
        slow.result(20)
    assert engine.wait_warm(20)


def test_two_of_one_worker_come_one_after_the_other():
    times = []

    def one():
        began = time.monotonic()
        apart.in_process(20.0, "torch", "tests.engine.fakes:warm", "tests.engine.fakes:nap", pickle.dumps((0.5,)))
        times.append((began, time.monotonic()))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(end for _, end in times) - min(end for _, end in times) >= 0.5
