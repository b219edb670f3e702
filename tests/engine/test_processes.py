"""No process is left behind, however the app ends; each test starts its own app and checks its children."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest

from clsf.engine.local import LocalWorkers
from clsf.errors import EngineError
from tests.engine.conftest import alive, command, priorities

APP = """
import os, sys, time
sys.path[:0] = {path!r}
import clsf.engine.cluster, clsf.engine.local
print("imported by a worker?", __name__, flush=True)
engine = clsf.engine.cluster.DaskEngine(clsf.engine.local.LocalWorkers(), "tests.engine.fakes:run", "tests.engine.fakes:warm")
assert engine.wait_warm(30)
from clsf.engine.base import RunRequest
from clsf.model.presets import preset
from clsf.plan import Plan
engine.submit(RunRequest("r", "torch", preset("tiny", 10).to_json(), Plan("digits", epochs=500).to_json(), "g"))
while engine.position("r") != 0 or engine.state().workers[1].status != "busy":
    time.sleep(0.02)
print(*(worker.pid for worker in engine.state().workers), flush=True)
{end}
"""


def start(tmp_path, end):
    """Start an app that trains; return it and its workers' ids. It has no `__main__` guard, on purpose."""
    script = tmp_path / "app.py"
    script.write_text(APP.format(path=sys.path, end=end))
    app = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored where a shell started pytest
    )
    assert app.stdout.readline() == "imported by a worker? __main__\n", app.stderr.read()
    workers = [int(pid) for pid in app.stdout.readline().split()]
    assert len(workers) == 2
    return app, workers


def gone_within(pids, seconds):
    until = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


@pytest.mark.parametrize("end", ["engine.close()", "", "raise SystemExit(0)"], ids=["closed", "not closed", "exits"])
def test_an_app_that_ends_takes_its_workers_along(tmp_path, end):
    app, workers = start(tmp_path, end)
    out, err = app.communicate(timeout=20)
    assert app.returncode == 0
    assert gone_within(workers, 3)
    assert (out, err) == ("", "")


def test_closing_takes_the_workers_along_while_the_app_lives(tmp_path):
    app, workers = start(tmp_path, "engine.close(); print(time.sleep(0) or 'closed', flush=True); sys.stdin.read()")
    children = psutil.Process(app.pid).children(recursive=True)
    assert app.stdout.readline() == "closed\n"
    assert gone_within(workers, 2)
    left = [c for c in children if alive(c.pid)]
    assert all("resource_tracker" in line for line in map(command, left) if line)  # Python's own, one per app; it ends with it
    app.kill()
    app.communicate()
    assert gone_within([c.pid for c in children], 3)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_app_that_is_killed_takes_its_workers_along(tmp_path, how):
    app, workers = start(tmp_path, "time.sleep(60)")
    children = [c.pid for c in psutil.Process(app.pid).children(recursive=True)]
    os.kill(app.pid, how)
    app.communicate(timeout=20)
    assert app.returncode != 0
    assert gone_within([*workers, *children], 5)


LAB = """
import sys, time
sys.path[:0] = {path!r}
import clsf.training_service
from clsf.engine.cluster import DaskEngine
from clsf.engine.local import LocalWorkers
from clsf.model.presets import preset
from clsf.plan import Plan
clsf.training_service.start_engine = lambda: DaskEngine(LocalWorkers(), "tests.engine.fakes:run", "tests.engine.fakes:warm")
lab = clsf.training_service.open_service()
running, waiting = lab.train(preset("tiny", 10), Plan("digits", epochs=500), ("tensorflow", "torch"))
while len(lab.record(running).epochs) < 2:
    time.sleep(0.02)
"""


def test_an_app_that_just_exits_leaves_its_runs_cut_off_and_nothing_on_the_screen(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    code = LAB.format(path=sys.path)
    app = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (app.returncode, app.stdout, app.stderr) == (0, "", "")
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite")) as file:
        found = dict(file.execute("SELECT framework, status || (epochs > 1) FROM runs"))
    assert found == {"tensorflow": "cut-off1", "torch": "cut-off0"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "CLSF_WORKER_MEMORY",
            "plenty",
            "CLSF_WORKER_MEMORY is 'plenty', but must be an amount of memory from 100MB on, such as 4GB",
        ),
        ("CLSF_WORKER_MEMORY", "0", "CLSF_WORKER_MEMORY is '0', but must be"),
        ("CLSF_WORKER_MEMORY", "-1GB", "CLSF_WORKER_MEMORY is '-1GB', but must be"),
        ("CLSF_WORKER_MEMORY", "1e400", "CLSF_WORKER_MEMORY is '1e400', but must be"),
        ("CLSF_THREADS", "0", "CLSF_THREADS is '0', but must be a whole number from 1 to 1024"),
    ],
)
def test_settings_that_make_no_sense_are_told_before_a_process_starts(monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    with pytest.raises(EngineError, match=message):
        LocalWorkers()


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of Unix")
def test_workers_step_back_behind_whoever_waits_for_a_page(tmp_path):
    app, workers = start(tmp_path, "sys.stdin.readline()")
    try:
        assert [psutil.Process(pid).nice() for pid in workers] == [10, 10]
        assert psutil.Process(app.pid).nice() == os.nice(0)
        assert [priorities(pid) for pid in workers] == [{10}, {10}], "the threads that train too"
    finally:
        app.kill()
    assert gone_within(workers, 10)
