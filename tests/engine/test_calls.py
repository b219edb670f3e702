"""Interactive jobs: answered while the worker trains, and always with a time limit."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from clsf.errors import EngineError
from clsf.events import BatchesEnded
from tests.engine.conftest import pid_of


def test_answered_in_the_right_worker(engine):
    pids = [engine.call(name, "clsf.engine.work:ping") for name in ("tensorflow", "torch")]
    assert pids == [pid_of(engine, "tensorflow"), pid_of(engine, "torch")]
    assert os.getpid() not in pids


def test_answered_while_the_worker_trains(engine, submit, witness):
    run_id = submit(epochs=500)
    witness.until_event(run_id, BatchesEnded)
    times = []
    for _ in range(5):
        began = time.monotonic()
        assert engine.call("torch", "clsf.engine.work:ping") == pid_of(engine, "torch")
        times.append(time.monotonic() - began)
    assert min(times) < 0.1
    assert witness.end(run_id) is None


def test_arrays_go_and_come_back(engine):
    array = np.arange(6, dtype="float32").reshape(2, 3)
    back = engine.call("torch", "tests.engine.fakes:twice", {"a": array, "b": [1, "x"]})
    np.testing.assert_array_equal(back["a"], 2 * array)
    assert back["b"] == [1, "x"]


def test_its_own_error_is_raised_here(engine):
    with pytest.raises(EngineError, match=r"^No job today\.$") as caught:
        engine.call("torch", "tests.engine.fakes:say_no")
    assert caught.value.sentence.values == {"thing": "job"}


def test_any_other_error_becomes_a_sentence(engine, caplog):
    with pytest.raises(EngineError, match=r"The job failed with KeyError: 'nothing'\."):
        engine.call("torch", "tests.engine.fakes:break_down")
    assert "break_down" in caplog.text


def test_only_functions_of_this_package(engine):
    with pytest.raises(EngineError, match="must start with clsf"):
        engine.call("torch", "os:getcwd")
    with pytest.raises(EngineError, match=r"'clsf.nothing:at_all' can't be found"):
        engine.call("torch", "clsf.nothing:at_all")
    with pytest.raises(EngineError, match="Unknown framework 'jax'"):
        engine.call("jax", "clsf.engine.work:ping")


def test_what_belongs_to_a_framework_is_not_taken_in(engine):
    with pytest.raises(EngineError, match="TorchVersion belongs to a framework"):
        engine.call("torch", "tests.engine.fakes:version")


def test_one_that_hangs_is_given_up_and_its_worker_replaced(engine):
    before = pid_of(engine, "torch")
    with pytest.raises(EngineError, match=r"The torch worker did not answer within 0\.3 seconds"):
        engine.call("torch", "tests.engine.fakes:nap", 60.0, timeout=0.3)
    assert engine.call("torch", "clsf.engine.work:ping", timeout=20) != before


def test_what_a_killed_worker_leaves_of_temporary_files_is_gone(engine):
    left = Path(engine.call("torch", "tests.engine.fakes:leave_a_file"))
    other = Path(engine.call("tensorflow", "tests.engine.fakes:leave_a_file"))
    assert left.stat().st_mode & left.parent.stat().st_mode & 0o077 == 0
    os.kill(pid_of(engine, "torch"), signal.SIGKILL)
    until = time.monotonic() + 20
    while left.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not left.parent.exists()
    assert other.exists(), "the other worker lives"
    assert engine.wait_warm(20)


def test_threads_are_set_and_nothing_of_dasks_for_the_allocator(engine):
    _, environment = engine.call("torch", "tests.engine.fakes:pid_and_environment")
    assert environment["OMP_NUM_THREADS"] == environment["CLSF_THREADS"] != ""
    assert environment["MALLOC_TRIM_THRESHOLD_"] == ""  # halves PyTorch's speed; see clsf.engine.tuning


def test_the_engine_itself_loads_no_framework_and_no_streamlit_in_a_worker(engine):
    loaded = engine.call("tensorflow", "clsf.engine.work:loaded_modules")
    assert not {"streamlit", "tensorflow", "torch", "pandas", "sklearn"} & set(loaded)
