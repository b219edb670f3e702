"""What this machine is, in words and numbers, containers taken into account."""

from __future__ import annotations

import functools
import os
import platform
import sys
from pathlib import Path

import psutil


@functools.cache
def machine_text() -> str:
    """Return one line to print beside a measured time: system, processor, cores, memory."""
    gigabytes = memory_bytes() / 1e9
    return f"{platform.system()} {platform.machine()}, {_processor()}, {cores()} cores, {gigabytes:.0f} GB memory"


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """Return the memory that this process may use: the machine's, or the container's where that is less."""
    limits = [psutil.virtual_memory().total]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # cgroup v2, v1
        try:
            limits.append(int(Path(path).read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return min(limits)


def _processor() -> str:
    if sys.platform == "linux":
        try:
            for line in Path("/proc/cpuinfo").read_text().splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
        except OSError:
            pass
    return platform.processor() or "unknown processor"
