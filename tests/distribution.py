"""Distribution of tests over processes (pytest-xdist): each "room", a group of tests that starts workers, stays in one.

So no framework is started twice, tests of one room run in order, and the other tests fill the processes.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

PROCESSES = 2

ROOMS = {
    "backends": "frameworks", "parity": "frameworks", "app/test_data_page.py": "frameworks",
    "app/test_layers_page.py": "frameworks", "app/test_tensors.py": "frameworks", "app/test_lesson_tasks.py": "frameworks",
    "browser": "browser", "browser/test_lessons.py": "readers", "browser/test_own.py": "readers", "browser/test_predict.py": "readers",
    "browser/test_private_link.py": "readers", "browser/test_teachers.py": "readers",
    "browser/test_accessibility.py": "accessibility", "browser/test_phone.py": "accessibility", "engine": "engine",
    "backends/test_planted_faults.py": "faults",
}  # fmt: skip
"""Folders and files whose tests share worker processes -> their room. Rooms begin in this order: the longest first.

Planted faults are run by processes of their own, which step back behind others: they come last. The tests with a
browser are three rooms, each with a dashboard of its own, so that the slow tests end in both processes at about the same time.
"""


class ByRoom(LoadScopeScheduling):
    """Each room runs in one process, and so does each file outside of the rooms."""

    def _split_scope(self, nodeid: str) -> str:
        return room_of(nodeid) or nodeid.split("::", 1)[0]


def room_of(nodeid: str) -> str | None:
    """Return the room of a test, given its id relative to the repository's root."""
    file = nodeid.split("::", 1)[0].removeprefix("tests/")
    return ROOMS.get(file) or ROOMS.get(file.split("/", 1)[0])


def begin_with_rooms(items: list) -> None:
    """Put the tests of rooms first; otherwise the order is kept."""
    order = list(dict.fromkeys(ROOMS.values()))
    items.sort(key=lambda item: order.index(room) if (room := room_of(item.nodeid)) else len(order))


def processes(arguments: list[str]) -> int:
    """Return how many processes to use; 0 for single files, which start faster in pytest's own process."""
    single = arguments and all(".py" in argument for argument in arguments)
    return 0 if single else PROCESSES
