"""Runs dask's timers on a clock that can't be set.

tornado's own is the wall clock: if it is put back by an hour, no message of a run is sent for an hour.
"""

from __future__ import annotations

import time
from typing import Any


def use_monotonic_clock(loop: Any) -> None:
    """Make a tornado loop, and dask's streams of messages on it, use the monotonic clock; call before anything waits there."""
    from distributed import batched

    loop.time = batched.time = time.monotonic  # both, because one waits until a time that the other one read


def dask_setup(worker: Any) -> None:
    """Apply it in a worker's process: dask calls this where a worker is given this module to preload."""
    use_monotonic_clock(worker.loop)
