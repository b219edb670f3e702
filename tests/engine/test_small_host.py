"""A small host: one worker process, one framework at a time, and everybody gets a turn in the end."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clsf.engine import calls, machine, small_host
from clsf.engine.cluster import DaskEngine
from clsf.errors import EngineError
from clsf.events import BatchesEnded, RunEnded
from tests.engine.conftest import Witness, alive, submit_named


@pytest.fixture(scope="module")
def host():
    engine = DaskEngine(small_host.SmallWorkers(), job="tests.engine.fakes:run", warm="tests.engine.fakes:warm")
    yield engine
    engine.close()


@pytest.fixture
def engine(host, monkeypatch):
    monkeypatch.setattr(calls, "PACKAGES", ("clsf.", "tests.engine.fakes:"))
    host.witness = Witness()
    host.listen(host.witness)
    assert host.wait_warm(20)
    return host


def test_the_worker_makes_way_for_whoever_asks(engine):
    assert engine.state().small
    before = None
    for framework in ("tensorflow", "torch", "torch", "tensorflow"):
        pid = engine.call(framework, "clsf.engine.work:ping")
        assert [worker.framework for worker in engine.state().workers if worker.status != "lost"] == [framework]
        assert before is None or (pid == before[1] if framework == before[0] else not alive(before[1]))
        before = framework, pid


@pytest.mark.slow
def test_a_race_becomes_one_after_the_other(engine):
    names = [submit_named(engine, f"turn-{framework}", framework, epochs=1) for framework in ("torch", "tensorflow")]
    for name in names:
        assert isinstance(engine.witness.until_over(name, 30), RunEnded)
    began = [run_id for _, what, run_id, _ in engine.witness.news if what == "started"]
    assert began == names


@pytest.mark.slow
def test_a_run_is_not_ended_for_an_interactive_job_of_the_other_framework(engine):
    run_id = submit_named(engine, "stays", "torch", epochs=500)
    engine.witness.until_event(run_id, BatchesEnded, timeout=20)
    with pytest.raises(EngineError, match="holds one framework at a time"):
        engine.call("tensorflow", "clsf.engine.work:ping")
    assert engine.call("torch", "tests.engine.fakes:nap", 0.01) == "slept"  # its own framework is served meanwhile
    assert engine.witness.end(run_id) is None
    engine.control(run_id, "stop")
    engine.witness.until_over(run_id)
    assert engine.call("tensorflow", "tests.engine.fakes:nap", 0.01) == "slept"


@pytest.mark.slow
def test_a_slow_job_is_done_while_its_own_framework_is_asked_and_then_makes_way(engine):
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(engine.call_apart, "torch", "tests.engine.fakes:nap", 2.0)
        until = time.monotonic() + 20
        while not slow.running() and time.monotonic() < until:
            time.sleep(0.02)
        assert engine.call("torch", "tests.engine.fakes:nap", 0.01) == "slept"
        assert not slow.done()
        assert engine.call("tensorflow", "tests.engine.fakes:nap", 0.01) == "slept"  # after it, because there is one worker
        assert slow.done()
        assert slow.result() == "slept"


def test_who_is_small():
    assert small_host.is_small("on")
    assert not small_host.is_small("off")


@pytest.mark.parametrize(("limit", "expected"), [(2_700_000_000, True), (2_800_000_000, False)])
def test_auto_asks_how_much_memory_there_is(monkeypatch, limit, expected):
    monkeypatch.setattr(small_host, "memory_bytes", lambda: limit)
    assert small_host.is_small("auto") is expected


def test_limits_are_looked_for_in_every_cgroup_that_this_process_is_in(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("4:cpu,memory:/a/b\n0::/c\n2:pids:/x\n")
    found = [str(path) for path in machine._cgroup_files(own, Path("/cg"))]
    assert set(found) == {
        "/cg/memory.max", "/cg/c/memory.max", "/cg/memory/memory.limit_in_bytes", "/cg/memory/a/memory.limit_in_bytes",
        "/cg/memory/a/b/memory.limit_in_bytes",
    }  # fmt: skip


# With a real limit, where this machine allows setting one.

LIMIT = 2_700_000_000
PROGRAM = """
import os, sys
open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
from clsf.training_service import open_service
from clsf.model.presets import preset
from clsf.plan import Plan
if __name__ == "__main__":
    with open_service() as lab:
        assert lab.state().small, "this host should be small"
        runs = lab.train(preset("lecture-cnn", 10), Plan("digits", epochs=2), ("tensorflow", "torch"), race=True)
        assert lab.wait(runs, 240), "not done"
        for run_id in runs:
            record = lab.record(run_id)
            print(record.framework, record.status, f"{record.ended.validation_accuracy:.3f}", record.ended.peak_memory_mb)
"""


@pytest.fixture
def cgroup():
    """A control group with a limit of 2.7 GB; yields its folder."""
    old, new = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    top, name = (old, "memory.limit_in_bytes") if old.is_dir() else (new, "memory.max")
    folder = top / f"clsf-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / name).write_text(str(LIMIT))
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    yield folder
    until = time.monotonic() + 15  # a killed process leaves its group a moment later; one that survives never does
    while (folder / "cgroup.procs").read_text().strip() and time.monotonic() < until:
        time.sleep(0.1)
    folder.rmdir()


@pytest.mark.slow
def test_both_frameworks_train_within_two_point_seven_gigabytes(cgroup, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, program, cgroup], capture_output=True, text=True, timeout=280, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CLSF_HOME": str(tmp_path), "CLSF_DATA": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = [line.split() for line in done.stdout.splitlines()]
    assert [(framework, status) for framework, status, *_ in told] == [("tensorflow", "finished"), ("torch", "finished")]
    assert all(float(accuracy) > 0.5 for _, _, accuracy, _ in told)
