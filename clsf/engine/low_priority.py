"""Gives a worker low priority: pages are served before a training that shares the processor with them."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import psutil

from clsf.priority import NICE, autogroup


def dask_setup(worker: Any) -> None:
    """Apply it in a worker's process: dask calls this before it starts the threads that work, and these inherit the priority."""
    if not hasattr(os, "setpriority"):  # Windows
        return
    os.nice(max(NICE - os.nice(0), 0))
    for thread in psutil.Process().threads():  # Linux does it for the calling thread and those that it starts
        with contextlib.suppress(OSError):  # it is over by now
            os.setpriority(os.PRIO_PROCESS, thread.id, os.nice(0))
    if autogroup("self").exists():
        with contextlib.suppress(OSError):  # leads a session already, or may not
            os.setsid()
            autogroup("self").write_text(str(NICE))
