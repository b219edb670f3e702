"""Gives a worker low priority: pages are served before a training that shares the processor with them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import psutil

NICE = 10
"""The nice value, on Unix' scale from 0 to 19. Next to a busy process of normal priority a thread at 10 gets about a tenth of a
core (sched(7): each step weighs a quarter more); alone it gets all of it, as always."""

AUTOGROUP = Path("/proc/self/autogroup")
"""Where Linux weighs terminal sessions against each other, and priorities count only within one (sched(7), "The autogroup
feature"): a browser on the same machine is in another one."""


def dask_setup(worker: Any) -> None:
    """Apply it in a worker's process: dask calls this before it starts the threads that work, and these inherit the priority."""
    if not hasattr(os, "setpriority"):  # Windows
        return
    os.nice(max(NICE - os.nice(0), 0))
    for thread in psutil.Process().threads():  # Linux does it for the calling thread and those that it starts
        with contextlib.suppress(OSError):  # it is over by now
            os.setpriority(os.PRIO_PROCESS, thread.id, os.nice(0))
    if AUTOGROUP.exists():
        with contextlib.suppress(OSError):  # leads a session already, or may not
            os.setsid()
            AUTOGROUP.write_text(str(NICE))
