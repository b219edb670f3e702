"""A run's process: setting the clock does not make a living process look dead, and a reused id does not make a dead one look alive."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from clsf.runs import process
from clsf.runs.store import RunStore
from tests.unit.test_runs_store import STORY, forget, record


def test_this_process_lives_and_a_successor_of_its_id_is_not_taken_for_it():
    _, pid, started = process.this_process()
    assert pid == os.getpid()
    assert process.lives(pid, started)
    assert not process.lives(pid, started - 1.0)


def test_a_process_that_ended_does_not_live():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = process._started(child.pid) or psutil.Process(child.pid).create_time()
    assert process.lives(child.pid, started)
    child.communicate(b"\n")
    assert not process.lives(child.pid, started)


def test_rows_of_before_are_told_in_unix_time():
    created = psutil.Process().create_time()
    assert process.lives(os.getpid(), created)
    assert not process.lives(os.getpid(), created - 100)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_was_set_does_not_cut_off_the_run_of_a_living_program(tmp_path, monkeypatch, hours):
    """As `clsf runs list` next to a dashboard, after the machine's clock was set: the system then reports a different start time."""
    store = RunStore.open(tmp_path)
    store.create(record())
    store.append("run", STORY[:-1])
    store.settle(10)
    boot, now = psutil.boot_time(), time.time
    monkeypatch.setattr(psutil, "boot_time", lambda: boot + hours * 3600)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot + hours * 3600, raising=False)
    monkeypatch.setattr(time, "time", lambda: now() + hours * 3600)
    other = RunStore.open(tmp_path)
    assert other.record("run").status == "running"
    store.append("run", STORY[-1:])
    store.settle(10)
    assert other.record("run").status == "finished"
    other.close()
    store.close()


def test_the_run_of_a_process_that_is_gone_is_cut_off_whatever_the_clock_says(tmp_path):
    store = RunStore.open(tmp_path)
    store.create(record())
    store.append("run", STORY[:-1])
    store.close()
    _, _, started = process.this_process()
    forget(tmp_path, process_started=started - 10)  # the id was reused by this process meanwhile
    with_another = RunStore.open(tmp_path)
    assert with_another.record("run").status == "cut-off"
    with_another.close()
