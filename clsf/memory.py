"""The peak memory of this process during some work, read from the kernel, so that no peak between two checks is missed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

_MEGABYTE = 10**6
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class PeakMemory:
    """From the moment it is made. Resident size of the whole process, the framework itself included.

    Linux keeps the highest resident size (VmHWM, see proc(5)), and forgets it when "5" is written to clear_refs. Where either
    is not to be had, what the process holds now is the best that is known.
    """

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            _CLEAR.write_text("5")

    def megabytes(self) -> float:
        """Return the peak so far, in 10**6 bytes."""
        now = psutil.Process().memory_info().rss
        return max(now, _high_water() or 0) / _MEGABYTE


def _high_water() -> int | None:
    try:
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return None
