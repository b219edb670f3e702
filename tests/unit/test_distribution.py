"""The tests' processes: tests that start workers share them, and each room stays in one process."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.distribution import ROOMS, begin_with_rooms, processes, room_of

TESTS = Path(__file__).parents[1]
STARTS_FRAMEWORKS = re.compile(r"frameworks\.(?:process|both)\(|AnsweringLab\(")


def test_rooms_are_there():
    assert [place for place in ROOMS if not (TESTS / place).exists()] == []


def test_no_framework_is_started_twice():
    """Every test that uses the tests' framework processes, or a lab that does, is in their room."""
    users = [
        file
        for file in TESTS.rglob("test_*.py")
        if STARTS_FRAMEWORKS.search(file.read_text("utf-8")) and file != Path(__file__)
    ]
    outside = [str(file) for file in users if room_of(f"tests/{file.relative_to(TESTS).as_posix()}::test") != "frameworks"]
    assert users
    assert outside == [], "add them to tests.distribution.ROOMS"


def test_rooms_come_first_and_keep_their_order():
    names = [
        "unit/a.py::1",
        "browser/test_accessibility.py::1",
        "browser/b.py::1",
        "engine/c.py::2",
        "engine/c.py::1",
        "parity/d.py::1",
        "backends/e.py::1",
    ]
    items = [SimpleNamespace(nodeid=f"tests/{name}") for name in names]
    begin_with_rooms(items)
    assert [item.nodeid.removeprefix("tests/") for item in items] == [
        "parity/d.py::1", "backends/e.py::1", "browser/b.py::1", "browser/test_accessibility.py::1", "engine/c.py::2",
        "engine/c.py::1", "unit/a.py::1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ([], 2),
        (["tests"], 2),
        (["tests/unit", "tests/app/test_pages.py"], 2),
        (["tests/app/test_pages.py"], 0),
        (["tests/app/test_pages.py::test_titles_are_translated", "tests/unit/test_plan.py"], 0),
    ],
)
def test_single_files_are_served_by_pytests_own_process(arguments, count):
    assert processes(arguments) == count
