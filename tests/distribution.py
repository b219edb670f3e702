"""How the tests are shared between two processes (pytest-xdist): each room of tests that starts workers stays in one.

So no framework is started twice, tests of one room run in their order, and those that start nothing fill both processes.
"""

from __future__ import annotations

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

PROCESSES = 2

ROOMS = {"backends": "frameworks", "parity": "frameworks", "engine": "engine", "browser": "browser"}
"""Folders whose tests share worker processes. What is long begins first, in this order."""


class ByRoom(LoadScopeScheduling):
    """A room is the work of one process, and so is each file of the other folders."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return ROOMS.get(folder_of(file), file)


def folder_of(file: str) -> str:
    """Return the folder below tests/ that a file lies in."""
    parts = Path(file).parts
    return parts[1] if len(parts) > 2 else ""


def begin_with_rooms(items: list) -> None:
    """Put the tests of rooms before all others; each keeps its place among its own."""
    order = list(dict.fromkeys(ROOMS.values()))

    def place(item: object) -> int:
        room = ROOMS.get(folder_of(item.nodeid))
        return order.index(room) if room else len(order)

    items.sort(key=place)


def processes(arguments: list[str]) -> int:
    """Return how many processes serve this command line; none besides pytest's own for single files, which start sooner so."""
    single = arguments and all(".py" in argument for argument in arguments)
    return 0 if single else PROCESSES
