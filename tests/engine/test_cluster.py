"""A real cluster: a scheduler and four workers in separate processes, killed one after the other."""

import os
import signal
import subprocess
import time

import pytest

from clsf.engine import calls
from clsf.engine.cluster import DaskEngine
from clsf.engine.remote import RemoteWorkers
from clsf.errors import EngineError
from clsf.events import BatchesEnded, RunEnded
from clsf.words import Sentence
from tests.engine.conftest import Witness, submit_named
from tests.engine.real_cluster import RealCluster

pytestmark = pytest.mark.slow

SOON = 20.0  # seconds: it needs a new process
FOUR = ("tensorflow", "tensorflow", "torch", "torch")


def connected(cluster):
    """Return an engine on the cluster, as soon as the scheduler answers."""
    engine = DaskEngine(RemoteWorkers(cluster.address), "tests.engine.fakes:run", "tests.engine.fakes:warm")
    engine.witness = Witness()
    engine.listen(engine.witness)
    return engine


def until(condition, seconds=SOON):
    """Wait until the condition is true and return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def usable(engine):
    return [worker for worker in engine.state().workers if worker.status in ("warm", "busy")]


@pytest.fixture
def cluster(tmp_path):
    cluster = RealCluster(tmp_path)
    for framework in FOUR:
        cluster.add(framework)
    yield cluster
    cluster.close()


@pytest.fixture
def engine(cluster, monkeypatch):
    monkeypatch.setattr(calls, "PACKAGES", ("clsf.", "tests.engine.fakes:"))
    engine = connected(cluster)
    until(lambda: len(usable(engine)) == 4, 40)
    yield engine
    engine.close()


def four_runs(engine, prefix):
    """Make every worker train, and return the ids."""
    names = [submit_named(engine, f"{prefix}{number}", framework) for number, framework in enumerate(FOUR)]
    for name in names:
        engine.witness.until_event(name, BatchesEnded, timeout=SOON)
    return names


def stop(engine, *names):
    for name in names:
        engine.control(name, "stop")
    for name in names:
        engine.witness.until_over(name, SOON)


def test_runs_spread_and_each_worker_may_be_killed(engine):
    seen = set()
    for turn in range(4):
        names = four_runs(engine, f"kill{turn}-")
        places = {engine._running[name].address: (name, engine._running[name].pid) for name in names}
        assert len(places) == 4  # one run each
        victim, (name, pid) = sorted(places.items(), key=lambda place: place[1])[turn]
        seen.add(engine._running[name].framework)
        os.kill(pid, signal.SIGKILL)
        end = engine.witness.until_over(name, SOON)
        assert isinstance(end, Sentence)
        assert "was killed" in str(end)
        others = [other for other in names if other != name]
        assert all(engine.witness.end(other) is None for other in others)  # nobody else noticed
        stop(engine, *others)
        assert all(isinstance(engine.witness.end(other), RunEnded) for other in others)
        until(lambda: len(usable(engine)) == 4, 40)  # its nanny has started another
        assert victim not in {worker.address for worker in engine._pool.table.workers.values() if not worker.lost}
    assert seen == {"tensorflow", "torch"}


def test_joining_and_leaving_are_seen_within_two_seconds(engine, cluster):
    worker = cluster.add("torch")
    until(lambda: len(engine._pool.client.scheduler_info()["workers"]) == 5, 40)
    assert until(lambda: len(engine.state().workers) == 5) < 2
    cluster.kill(worker)
    assert until(lambda: len(usable(engine)) == 4) < 2


def test_the_app_survives_a_restart_of_the_scheduler(engine, cluster):
    names = four_runs(engine, "cut")
    waiting = submit_named(engine, "waits", "torch", epochs=1)
    assert engine.position(waiting) == 1
    cluster.restart_scheduler()
    for name in names:
        end = engine.witness.until_over(name, 60)
        assert "connection to the scheduler was lost" in str(end)
    for framework in FOUR:
        cluster.add(framework)
    assert isinstance(engine.witness.until_over(waiting, 60), RunEnded)  # waiting runs train as soon as there is a worker
    assert engine.call("tensorflow", "clsf.engine.work:ping", timeout=30)
    stop(engine, submit_named(engine, "after", "torch"))


# Encrypted.


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    """Make a certificate that every process needs to connect, and configure dask as the README says."""
    folder = tmp_path / "tls"
    folder.mkdir()
    try:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=class", "-keyout",
             folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no openssl")
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True", f"{tls}CA_FILE": str(folder / "cert.pem"),
        **{f"{tls}{who}__{what.upper()}": str(folder / f"{what}.pem") for who in ("SCHEDULER", "WORKER", "CLIENT") for what in ("cert", "key")},
    }  # fmt: skip


def test_an_encrypted_cluster(certificates, tmp_path):
    import dask
    import distributed  # noqa: F401 - its settings must be loaded before ours override them

    cluster = RealCluster(tmp_path, "tls", certificates)
    try:
        cluster.add("torch")
        names = {name.removeprefix("DASK_").lower().replace("__", ".").replace("_", "-"): name for name in certificates}
        with dask.config.set({key: certificates[name] for key, name in names.items()}):
            engine = connected(cluster)
            until(lambda: len(usable(engine)) == 1, 40)
            submit_named(engine, "secret", "torch", epochs=1)
            assert isinstance(engine.witness.until_over("secret", SOON), RunEnded)
            engine.close()
        with pytest.raises(EngineError, match="can't be reached"):  # without the certificate nobody can connect
            RemoteWorkers(cluster.address)
    finally:
        cluster.close()
