"""Processes that compute beside the pages step back behind them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from clsf import priority
from clsf.faults import running
from clsf.faults.lab.cases import twins

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="priorities of Unix")
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_process_and_its_session_get_low_priority():
    process = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        priority.lower(process.pid)
        assert psutil.Process(process.pid).nice() == priority.NICE > os.nice(0)
        if priority.autogroup("self").exists():
            assert priority.autogroup(process.pid).read_text().split()[-1] == str(priority.NICE)
            assert priority.autogroup("self").read_text() != priority.autogroup(process.pid).read_text()
    finally:
        process.kill()
        process.wait()


def test_a_process_that_has_ended_is_no_error():
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    before = os.nice(0)
    priority.lower(process.pid)
    assert os.nice(0) == before


def test_programs_of_the_bug_lab_run_with_low_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = tmp_path / "nice"
    instead = tmp_path / "python"
    instead.write_text(f'#!/bin/sh\nsleep 0.5\nnice > "{said}"\n')
    instead.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(instead))
    assert running.run([twins("torch", "dtype", 1)[0]], 30) == [None]
    assert said.read_text().strip() == str(priority.NICE)
