"""Ends PyTorch's waiting threads when a run or an interactive job is over.

Each thread that computes with PyTorch gets helpers of its own, one per further core, which live as long as it does. libgomp counts
them all: with more of them in a process than there are cores, a helper no longer looks for work for a moment but sleeps at
once, and waking costs more than a small operation. So a worker's thread that had computed something before made training in
another thread take 1.2 times as long (lecture CNN, 32×32×3, batch 32, two cores), though it was idle by then.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

_SOFT = 1  # omp_pause_soft, OpenMP 5.0: https://www.openmp.org/spec-html/5.0/openmpse31.html

_libraries: list[ctypes.CDLL] = []


def let_helpers_go() -> bool:
    """End the helpers of the calling thread, which gets new ones when it computes again; return whether a libgomp was found."""
    if not _libraries and "torch" in sys.modules:  # looking takes a millisecond
        _libraries.extend(_loaded())
    for library in _libraries:
        library.omp_pause_resource_all(_SOFT)
    return bool(_libraries)


def _loaded() -> list[ctypes.CDLL]:
    """Return each libgomp of this process that supports it: PyTorch brings its own, under another name."""
    found = []
    with contextlib.suppress(OSError):  # not Linux
        lines = Path("/proc/self/maps").read_text().splitlines()
        for path in sorted({line.split(maxsplit=5)[-1] for line in lines if "libgomp" in line}):
            library = ctypes.CDLL(path)
            if hasattr(library, "omp_pause_resource_all"):
                found.append(library)
    return found
