"""Low priority for processes that compute while readers wait for pages."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NICE = 10
"""The nice value, on Unix' scale from 0 to 19. Next to a busy process of normal priority a thread at 10 gets about a tenth of a
core (sched(7): each step weighs a quarter more); alone it gets all of it, as always."""


def autogroup(pid: int | str) -> Path:
    """Return the file with the nice value of a session.

    Linux weighs terminal sessions against each other, and the priority of a process counts only within its own (sched(7), "The
    autogroup feature").
    """
    return Path("/proc", str(pid), "autogroup")


def lower(pid: int) -> None:
    """Give a process that has just started low priority; its later threads inherit it. `pid` leads a session of its own.

    Does nothing where the system has no such thing, or the process has ended.
    """
    if not hasattr(os, "setpriority"):  # Windows
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
        if autogroup(pid).exists():
            autogroup(pid).write_text(str(NICE))
