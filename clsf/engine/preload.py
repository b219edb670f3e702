"""Loaded by dask in each scheduler and worker process before it is created: `--preload clsf.engine.preload`.

Importing this sets dask's configuration, because dask reads most of it before it calls `dask_setup`.
"""

from __future__ import annotations

from clsf.engine import tuning
from clsf.engine.monotonic_clock import dask_setup

__all__ = ["dask_setup"]

tuning.apply()
