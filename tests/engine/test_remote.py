"""The same engine on an external scheduler: here, that of the fake engine."""

import time

import dask
import pytest

from clsf.engine import remote, start_engine
from clsf.engine.base import RunRequest
from clsf.engine.cluster import DaskEngine
from clsf.engine.remote import RemoteWorkers
from clsf.errors import EngineError
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from tests.engine.conftest import Witness, pid_of

MODEL, PLAN = preset("tiny", 10).to_json(), Plan("digits").to_json()


@pytest.fixture
def key(engine):
    """Give this process the key of the engine's scheduler, through dask's settings."""
    own = engine._workers._security
    paths = {"ca-file": own.tls_ca_file, "client.cert": own.tls_client_cert, "client.key": own.tls_client_key}
    with dask.config.set({f"distributed.comm.tls.{name}": value for name, value in paths.items()}):
        yield


@pytest.fixture
def cluster(engine, key):
    """Another app's engine on the same workers."""
    other = DaskEngine(RemoteWorkers(engine.state().address), "tests.engine.fakes:run", "tests.engine.fakes:warm")
    other.witness = Witness()
    other.listen(other.witness)
    assert other.wait_warm(10)
    yield other
    other.close()
    assert engine.call("torch", "clsf.engine.work:ping")  # the cluster stays when an app leaves


def test_trains_and_answers(cluster, engine):
    cluster.submit(RunRequest("remote", "torch", MODEL, {**PLAN, "epochs": 1}, "g"))
    assert isinstance(cluster.witness.until_over("remote"), RunEnded)
    kinds = [type(e) for e in cluster.witness.events("remote")]
    assert kinds == [RunStarted] + 10 * [BatchesEnded] + [EpochEnded, RunEnded]
    assert cluster.call("torch", "clsf.engine.work:ping") == pid_of(engine, "torch")
    assert engine.witness.of("remote") == []  # the other app on the cluster is not notified
    state = cluster.state()
    assert state.kind == "remote"
    assert [(w.framework, w.status, w.device) for w in state.workers] == [(f, "warm", "cpu") for f in ("tensorflow", "torch")]


def test_a_slow_job_is_done_beside_a_worker_of_a_cluster(cluster, engine):
    pid, _ = cluster.call_apart("torch", "tests.engine.fakes:pid_and_environment")
    assert pid not in {None, *(worker.pid for worker in engine.state().workers)}
    with pytest.raises(EngineError, match="ended before it was done"):
        cluster.call_apart("torch", "tests.engine.fakes:die")


def test_every_worker_of_a_cluster_trains(cluster):
    for name in ("tensorflow", "torch"):
        cluster.submit(RunRequest(name, name, MODEL, {**PLAN, "epochs": 500}, "g"))
    for name in ("tensorflow", "torch"):
        cluster.witness.until_event(name, BatchesEnded)
        cluster.control(name, "stop")
    assert [cluster.witness.until_over(name).reason for name in ("tensorflow", "torch")] == ["stopped"] * 2


def test_a_worker_of_a_cluster_that_does_not_obey_is_ended(cluster, engine, monkeypatch):
    monkeypatch.setattr("clsf.engine.cluster.STOP_SECONDS", 0.3)
    monkeypatch.setattr("clsf.engine.cluster.KEEP_SECONDS", 0.2)
    before = pid_of(engine, "torch")
    cluster.submit(RunRequest("deaf", "torch", {**MODEL, "name": "deaf"}, {**PLAN, "epochs": 500}, "g"))
    cluster.witness.until_event("deaf", BatchesEnded)
    cluster.control("deaf", "stop")
    assert cluster.witness.until_over("deaf") == "stopped"
    assert cluster.call("torch", "clsf.engine.work:ping", timeout=20) != before


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://127.0.0.1:9", "tls://127.0.0.1:9"])
def test_a_scheduler_that_is_not_there_is_a_sentence(monkeypatch, address):
    monkeypatch.setattr(remote, "CONNECT_SECONDS", 1)
    monkeypatch.setenv("CLSF_SCHEDULER", address)
    began = time.monotonic()
    with pytest.raises(EngineError, match=rf"The scheduler {address} \(CLSF_SCHEDULER\) can't be reached"):
        start_engine()
    assert time.monotonic() - began < 5


def test_other_versions_are_a_sentence(engine, key, monkeypatch):
    ours = {"clsf": "0.1.0", "Python": "2.7", "distributed": "1.0"}
    monkeypatch.setattr(remote, "versions", lambda: ours)
    monkeypatch.setenv("CLSF_SCHEDULER", engine.state().address)
    with pytest.raises(EngineError, match=r"has Python 3\.\d+, but this program has 2\.7"):
        start_engine()
