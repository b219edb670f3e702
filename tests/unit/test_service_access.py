"""A setting that can't be used stands in the log too, where who hosts the server looks."""

from __future__ import annotations

import logging

import pytest

from clsf.errors import EngineError
from clsf.ui.shared import service_access


def test_a_refused_setting_is_logged_once(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("CLSF_WORKER_MEMORY", "-1GB")
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    monkeypatch.setattr(service_access, "_refused", set())
    monkeypatch.setattr(service_access.run_log, "configure", lambda: None)
    monkeypatch.setattr(logging.getLogger("clsf"), "propagate", True)
    for _ in range(2):  # each page tries again
        with pytest.raises(EngineError, match="CLSF_WORKER_MEMORY is '-1GB'"):
            service_access.get_service()
    told = [record.getMessage() for record in caplog.records if record.name == "clsf.ui"]
    assert told == [
        "The dashboard can't train: CLSF_WORKER_MEMORY is '-1GB', but must be an amount of memory from 100MB on, such as 4GB."
    ]
