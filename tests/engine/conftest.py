"""Worker processes without a framework, which run jobs of `tests.engine.fakes`: they start and end within a second."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time

import psutil
import pytest

from clsf.engine import calls
from clsf.engine.base import RunRequest
from clsf.engine.cluster import DaskEngine
from clsf.engine.local import LocalWorkers
from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan

MEMORY = 600_000_000  # bytes per worker; `fakes` know how to use too much of it


class Witness:
    """A listener that records everything, with its time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.news: list[tuple[float, str, str, object]] = []  # time, what, run id, content

    def __getattr__(self, what):
        if what not in ("started", "events", "weights", "failed", "ended_early"):
            raise AttributeError(what)
        return lambda run_id, content: self._take(what, run_id, content)

    def _take(self, what, run_id, content):
        with self._changed:
            self.news.append((time.monotonic(), what, run_id, content))
            self._changed.notify_all()

    def of(self, run_id):
        return [(what, content) for _, what, who, content in self.news if who == run_id]

    def events(self, run_id, events=None):
        if events is not None:
            return self._take("events", run_id, events)
        return [event for what, content in self.of(run_id) if what == "events" for event in content]

    def until(self, condition, timeout=15.0):
        """Wait until `condition()` is true and return the time when it became true."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), self.news[-5:]
            return time.monotonic()

    def until_event(self, run_id, kind, count=1, timeout=15.0):
        return self.until(lambda: sum(isinstance(e, kind) for e in self.events(run_id)) >= count, timeout)

    def until_over(self, run_id, timeout=15.0):
        """Wait for the end of a run and return it: RunEnded, a sentence, or the engine's reason for ending it."""
        self.until(lambda: self.end(run_id) is not None, timeout)
        return self.end(run_id)

    def end(self, run_id):
        for what, content in self.of(run_id):
            if what in ("failed", "ended_early"):
                return content
            if what == "events" and isinstance(content[-1], RunEnded):
                return content[-1]
        return None


@pytest.fixture(scope="package")
def lab():
    """A lab with real worker processes, both frameworks imported; one for this folder, because starting takes seconds."""
    from clsf.training_service import open_service

    opened = open_service()
    assert opened.wait_warm(180), opened.state()
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def fake_engine():
    """Both workers, one engine for all tests of this folder."""
    os.environ["CLSF_WORKER_MEMORY"] = str(MEMORY)
    try:
        engine = DaskEngine(LocalWorkers(), job="tests.engine.fakes:run", warm="tests.engine.fakes:warm")
    finally:
        del os.environ["CLSF_WORKER_MEMORY"]
    yield engine
    engine.close()


@pytest.fixture
def engine(fake_engine, monkeypatch):
    """The engine with a fresh `witness`, its workers ready and nothing running."""
    monkeypatch.setattr(calls, "PACKAGES", ("clsf.", "tests.engine.fakes:"))
    fake_engine.witness = Witness()
    fake_engine.listen(fake_engine.witness)
    assert fake_engine.wait_warm(20)
    yield fake_engine
    for run_id in [*fake_engine._running, *(run.request.run_id for run in fake_engine._waiting)]:
        fake_engine.control(run_id, "stop")
        fake_engine.witness.until_over(run_id)


@pytest.fixture
def witness(engine):
    return engine.witness


@pytest.fixture
def submit(engine):
    """Submit a run of the fake job and return its id; the model's name selects a fault."""

    def submit(fault="none", framework="torch", epochs=1, group=None, race=False):
        run_id = secrets.token_hex(4)
        model = preset("tiny", 10).to_json() | {"name": fault}
        plan = Plan("digits", epochs=epochs).to_json()
        engine.submit(RunRequest(run_id, framework, model, plan, group or run_id, race))
        return run_id

    return submit


def pid_of(engine, framework):
    return next(w.pid for w in engine.state().workers if w.framework == framework)


def alive(pid):
    """Return whether the process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command(process):
    """Return a process's command line, "" if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def priorities(pid):
    """Return the nice values of a process's threads. Threads come and go meanwhile: one that has ended has none."""
    found = set()
    for thread in psutil.Process(pid).threads():
        with contextlib.suppress(ProcessLookupError):
            found.add(os.getpriority(os.PRIO_PROCESS, thread.id))
    return found


def submit_named(engine, run_id, framework, epochs=500):
    """Queue a run of a tiny model, and return its id."""
    plan = Plan("digits", epochs=epochs).to_json()
    engine.submit(RunRequest(run_id, framework, preset("tiny", 10).to_json(), plan, run_id))
    return run_id
