"""Identifies the process that handles a run, so that no other one is mistaken for it, even after the clock was changed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psutil

BEFORE_UNIX_TIME = 1e9
"""Seconds. A smaller start is counted from the machine's own start, which no change of the clock moves; a larger one is Unix
time, as on systems other than Linux and in older rows."""

NEAR = 2.0  # seconds by which two readings of one start in Unix time may differ
SAME = 0.05  # seconds, of one start counted from the machine's


def this_process() -> tuple[str, int, float]:
    """Return host, process id, and when this process started."""
    return socket.gethostname(), os.getpid(), _started(os.getpid()) or psutil.Process().create_time()


def lives(pid: int, started: float) -> bool:
    """Return whether that process of this machine is still alive, and not another one that got its id."""
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
    """Return the seconds from the machine's start to the process's, see proc_pid_stat(5); None if it is not known."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        return int(text.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
