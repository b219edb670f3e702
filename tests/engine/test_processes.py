"""No process is left behind, however the app ends; each test starts an app of its own and looks at its children."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.engine.conftest import alive

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
    """Start an app that trains, and return it and the ids of its workers. It has no `__main__` guard, on purpose."""
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
    assert all("resource_tracker" in " ".join(c.cmdline()) for c in left)  # Python's own, one per app; it ends with it
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
