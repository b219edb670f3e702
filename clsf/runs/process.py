"""Which process looks after a run: named so that no other one is taken for it, and so that a clock that is set does not matter."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psutil

BEFORE_UNIX_TIME = 1e9
"""Seconds. A start below it is counted from the machine's own, which no change of the clock moves; above it is Unix time, as
other systems than Linux tell it, and as rows of before have it."""

NEAR = 2.0  # seconds by which two readings of one start in Unix time may differ
SAME = 0.05  # seconds, of one start counted from the machine's


def this_process() -> tuple[str, int, float]:
    """Return host, process id, and when this process started."""
    return socket.gethostname(), os.getpid(), _started(os.getpid()) or psutil.Process().create_time()


def lives(pid: int, started: float) -> bool:
    """Return whether that process of this machine still lives, and not another one to which its id went."""
    try:
        if started < BEFORE_UNIX_TIME:
            now = _started(pid)
            return now is not None and abs(now - started) < SAME
        return abs(psutil.Process(pid).create_time() - started) <= NEAR
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # it lives, but is not ours to look at
        return True


def _started(pid: int) -> float | None:
    """Return the seconds from the machine's start to the process's, see proc_pid_stat(5); None if that is not told."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        return int(text.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
