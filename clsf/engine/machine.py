"""Describes this machine in words and numbers, container limits included."""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil


@functools.cache
def machine_text() -> str:
    """Return one line to print with a measured time: system, processor, cores, memory."""
    gigabytes = memory_bytes() / 1e9
    return f"{platform.system()} {platform.machine()}, {_processor()}, {cores()} cores, {gigabytes:.0f} GB memory"


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_bytes() -> int:
    """Return the memory that this process may use: the machine's, or the limit of its cgroups where that is less."""
    limits = [psutil.virtual_memory().total]
    for path in _cgroup_files():
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return min(limits)


def _cgroup_files(own: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> Iterator[Path]:
    """Yield the files that may hold limits, of v2 and v1: the group of this process and all above it, see cgroups(7).

    In a container the path in /proc is often that of the host, which can't be seen inside; the root is tried anyway.
    """
    places = {(root, "memory.max"): ["/"], (root / "memory", "memory.limit_in_bytes"): ["/"]}
    try:
        lines = own.read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            places[root, "memory.max"].append(path)
        elif "memory" in controllers.split(","):
            places[root / "memory", "memory.limit_in_bytes"].append(path)
    for (top, name), paths in places.items():
        for path in paths:
            for part in (Path(path), *Path(path).parents):
                yield top / str(part).lstrip("/") / name


def instruction_sets() -> tuple[str, ...]:
    """Return the processor's wide instructions that decide how fast float32 is; () where they are not known."""
    flags = _cpuinfo("flags").split()
    return tuple(name for name in ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16") if name in flags)


def _processor() -> str:
    return _cpuinfo("model name") or platform.processor() or "unknown processor"


def _cpuinfo(name: str) -> str:
    """Return Linux' description of the first processor, "" if there is none."""
    if sys.platform == "linux":
        try:
            for line in Path("/proc/cpuinfo").read_text().splitlines():
                if line.startswith(name):
                    return line.partition(":")[2].strip()
        except OSError:
            pass
    return ""
