"""Settings for the workers reach every kind of worker: each reports what is really in effect."""

import time

import pytest

from clsf.engine import calls, small_host
from clsf.engine.cluster import DaskEngine
from clsf.engine.remote import RemoteWorkers
from tests.engine import fakes
from tests.engine.conftest import pid_of
from tests.engine.real_cluster import RealCluster

EXPECTED = {
    "profile": False, "memory": [False, False, False], "watched": False, "tick": 500.0, "monitor": 2000, "pages": 0,
}  # fmt: skip


def answers(engine):
    return list(engine._pool.client.run(fakes.told).values())


def until_other(engine, framework, pid):
    """Wait until a framework has a ready worker other than that process."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if any(w.framework == framework and w.pid not in (None, pid) and w.status == "warm" for w in engine.state().workers):
            return
        time.sleep(0.05)
    raise AssertionError(engine.state())


def test_workers_of_this_machine_and_those_that_take_their_place(engine, submit, witness):
    assert answers(engine) == [EXPECTED, EXPECTED]
    pid = pid_of(engine, "torch")
    witness.until_over(submit("dies"))  # a kill: the nanny starts another
    until_other(engine, "torch", pid)
    assert answers(engine) == [EXPECTED, EXPECTED]
    pid = pid_of(engine, "torch")
    witness.until_over(submit("grows"))  # replaced by us
    until_other(engine, "torch", pid)
    assert answers(engine) == [EXPECTED, EXPECTED]


def test_the_worker_of_a_small_host_and_the_one_that_it_makes_way_for(monkeypatch):
    monkeypatch.setattr(calls, "PACKAGES", ("clsf.", "tests.engine.fakes:"))
    engine = DaskEngine(small_host.SmallWorkers(), job="tests.engine.fakes:run", warm="tests.engine.fakes:warm")
    try:
        assert engine.wait_warm(20)
        for framework in ("tensorflow", "torch"):
            engine.call(framework, "clsf.engine.work:ping")
            assert answers(engine) == [EXPECTED]
    finally:
        engine.close()


@pytest.mark.slow
def test_a_worker_of_a_cluster_by_its_preload(tmp_path):
    cluster = RealCluster(tmp_path)
    try:
        cluster.add("torch")
        engine = DaskEngine(RemoteWorkers(cluster.address), job="tests.engine.fakes:run", warm="tests.engine.fakes:warm")
        try:
            until_other(engine, "torch", 0)
            assert answers(engine) == [EXPECTED]
        finally:
            engine.close()
    finally:
        cluster.close()
