"""Which frameworks a page waits for."""

from types import SimpleNamespace

import pytest

from clsf.engine.base import WorkerState
from clsf.engine.installed import installed
from clsf.ui.shared import service_access, waiting


def worker(framework: str, status: str) -> WorkerState:
    return WorkerState(framework, status, 1, "here", "cpu", 2, 500.0)


@pytest.mark.parametrize(
    ("workers", "cold"),
    [
        pytest.param([("tensorflow", "warm"), ("torch", "busy")], [], id="both answer, one while it trains"),
        pytest.param([("tensorflow", "starting"), ("torch", "lost")], ["tensorflow", "torch"], id="neither"),
        pytest.param([("torch", "busy"), ("torch", "starting")], [], id="a second one is started for an experiment"),
        pytest.param([("torch", "lost"), ("torch", "starting")], ["torch"], id="two, and none ready"),
    ],
)
def test_a_page_waits_for_frameworks_of_which_no_worker_answers(monkeypatch, workers, cold):
    state = SimpleNamespace(workers=tuple(worker(*each) for each in workers))
    monkeypatch.setattr(service_access, "get_service", lambda: SimpleNamespace(state=lambda: state))
    monkeypatch.setattr(service_access, "_tried", True)
    assert waiting.cold() == cold


def test_before_the_first_page_is_seen_all_that_is_installed_is_cold(monkeypatch):
    monkeypatch.setattr(service_access, "_tried", False)
    monkeypatch.setattr(service_access, "get_service", lambda: pytest.fail("nobody needs it yet"))
    assert waiting.cold() == list(installed())
