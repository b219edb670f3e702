"""dask's timers by a clock that can't be set. With tornado's own, which is the wall clock, a machine whose clock is put back by an
hour would send no message of a run for an hour.
"""

from __future__ import annotations

import time
from typing import Any


def use_monotonic_clock(loop: Any) -> None:
    """Have a tornado loop, and dask's streams of messages on it, count by the monotonic clock; before anything waits there."""
    from distributed import batched

    loop.time = batched.time = time.monotonic  # both, for the one waits until a time that the other told


def dask_setup(worker: Any) -> None:
    """Do it in a worker's process: dask calls this where a worker is given this module to load first."""
    use_monotonic_clock(worker.loop)
