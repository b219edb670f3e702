"""Fixtures for all tests. No test touches the user's own folders."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests import distribution

# Set before any import that reads them, and before a worker process inherits them.
HOME = Path(tempfile.mkdtemp(prefix="clsf-tests-"))
os.environ["CLSF_HOME"] = str(HOME / "home")
os.environ["CLSF_DATA"] = str(HOME / "data")
os.environ.pop("CLSF_SCHEDULER", None)
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

gc.disable()  # until the tests are collected: what they consist of stays, and is much to look through again and again


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return distribution.processes(config.args)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> distribution.ByRoom:
    return distribution.ByRoom(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    distribution.begin_with_rooms(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture
def fresh_home(tmp_path, monkeypatch):
    """An empty CLSF_HOME for one test; the `lab` of tests/engine keeps its own."""
    monkeypatch.setenv("CLSF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """An empty CLSF_DATA for one test, not made yet; a module asks for it by `pytestmark`."""
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
