"""Long jobs of the Compare page are found by a name in the link; only the one who started a job can end it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from clsf.ui.compare import jobs


class Background:
    stopped = False

    def stop(self):
        self.stopped = True


@pytest.fixture
def sit_down(monkeypatch):
    """Return a function that makes the next calls come from another reader, or from another session of the same one."""
    jobs._shelf.clear()
    jobs._owners.clear()

    def sit_down(owner, **link):
        here = SimpleNamespace(session_state={}, query_params=dict(link))
        for module in (jobs, jobs.linked):
            monkeypatch.setattr(module, "st", here)
        monkeypatch.setattr(jobs.state, "owner", lambda: owner)
        return here

    return sit_down


def test_only_who_began_it_ends_it(sit_down):
    job = SimpleNamespace(background=Background())
    hers = sit_down("ann")
    jobs.put("noise", job)
    name = hers.query_params["noise"]
    assert jobs.own("noise")

    sit_down("bob", noise=name)
    assert jobs.current("noise") is job
    assert not jobs.own("noise")
    jobs.stop("noise")
    assert not job.background.stopped
    jobs.put("noise", SimpleNamespace(background=Background()))  # starting his own job does not end hers either
    assert not job.background.stopped
    assert jobs.own("noise")

    sit_down("ann", noise=name)  # after a reload
    assert jobs.own("noise")
    jobs.stop("noise")
    assert job.background.stopped


def test_a_name_that_is_none_is_nobodys(sit_down):
    sit_down("ann", noise="never-was")
    assert not jobs.own("noise")
    assert jobs.current("noise") is None
    jobs.stop("noise")
