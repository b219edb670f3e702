"""When the service is opened, and the message where it can't be."""

from __future__ import annotations

import logging
import threading
from types import SimpleNamespace

import pytest
import streamlit as st

from clsf.errors import EngineError
from clsf.ui.shared import service_access


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch):
    monkeypatch.setattr(service_access, "_tried", False)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opening() -> threading.Thread:
    return next(thread for thread in threading.enumerate() if thread.name == "open-service")


def test_a_page_that_only_shows_something_does_not_wait_for_the_service(monkeypatch):
    may_open = threading.Event()
    service = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(service_access.run_log, "configure", lambda: None)
    monkeypatch.setattr(service_access, "open_service", lambda: may_open.wait(10) and service)
    assert service_access.at_hand() is None
    service_access.begin()
    thread = opening()
    assert service_access.at_hand() is None, "it is being opened, which nobody waits for"
    may_open.set()
    thread.join(10)
    assert service_access.at_hand() is service is service_access.get_service()
    service_access.begin()
    assert not [thread for thread in threading.enumerate() if thread.name == "open-service"], "it is opened once"


def test_why_it_could_not_be_opened_beside_a_page_is_said_to_who_needs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("CLSF_WORKER_MEMORY", "-1GB")
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    monkeypatch.setattr(service_access.run_log, "configure", lambda: None)
    service_access.begin()
    for thread in threading.enumerate():
        if thread.name == "open-service":
            thread.join(10)
    with pytest.raises(EngineError, match="CLSF_WORKER_MEMORY is '-1GB'"):
        service_access.at_hand()


def test_a_refused_setting_is_logged_once(monkeypatch, tmp_path, caplog):
    """In the log, too, for the server's host."""
    monkeypatch.setenv("CLSF_WORKER_MEMORY", "-1GB")
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    monkeypatch.setattr(service_access, "_refused", set())
    monkeypatch.setattr(service_access.run_log, "configure", lambda: None)
    monkeypatch.setattr(logging.getLogger("clsf"), "propagate", True)
    for _ in range(2):  # each page retries
        with pytest.raises(EngineError, match="CLSF_WORKER_MEMORY is '-1GB'"):
            service_access.get_service()
    told = [record.getMessage() for record in caplog.records if record.name == "clsf.ui"]
    assert told == [
        "The dashboard can't train: CLSF_WORKER_MEMORY is '-1GB', but must be an amount of memory from 100MB on, such as 4GB."
    ]
