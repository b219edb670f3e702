"""A worker's thread releases its helper threads after computing: they would slow down other computing threads."""

import json
import pickle
from types import SimpleNamespace

import distributed
import pytest

from clsf.engine import openmp, work


def helpers_come_and_go() -> tuple[int, int, int, bool]:
    """Return the number of extra threads after an operation, after their release, and after a second operation; and if results agree."""
    import os

    import torch

    def threads() -> int:
        return len(os.listdir("/proc/self/task"))

    own = torch.get_num_threads()
    torch.set_num_threads(1)
    openmp.let_helpers_go()
    before = threads()
    torch.set_num_threads(3)
    numbers = torch.arange(3e6).view(3, -1)
    first = numbers.exp().sum(dim=0)
    used = threads() - before
    assert openmp.let_helpers_go()
    rest = threads() - before
    second = numbers.exp().sum(dim=0)
    again = threads() - before
    torch.set_num_threads(own)  # other tests use the process, too
    return used, rest, again, torch.equal(first, second)


def test_helpers_are_let_go_and_come_again(torch):
    assert torch.run(helpers_come_and_go) == (2, 0, 2, True)


@pytest.fixture
def let_go(monkeypatch):
    """A list that grows by one whenever helper threads are released."""
    times: list[bool] = []
    monkeypatch.setattr(openmp, "let_helpers_go", lambda: times.append(True))
    monkeypatch.setattr(work.warmth, "device", "cpu")
    return times


def test_after_an_interactive_job(let_go):
    kind, value = work.call_job("token", "torch", "tests.engine.fakes:nothing", "builtins:len", pickle.dumps(("four",)))
    assert (kind, work.unpacked(value), len(let_go)) == ("value", 4, 1)


def test_after_a_run(let_go, monkeypatch):
    monkeypatch.setattr(distributed, "get_worker", lambda: SimpleNamespace(log_event=lambda topic, message: None))
    monkeypatch.setattr(work.allocator, "give_back", lambda: let_go.append(False))
    request = work.order({"run_id": "r", "framework": "torch", "model": "{}", "plan": "{}"}, job="nowhere:nothing")
    work.run_job(json.dumps(request))
    assert let_go == [False, True]
