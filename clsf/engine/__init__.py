"""The engine: where runs are trained and interactive jobs are answered, away from the app's process.

`start_engine()` returns the engine that fits: worker processes on this machine, or a dask cluster. The interface is defined
in `clsf.engine.base`; nothing here imports dask before an engine is started.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clsf.engine.base import Engine


def start_engine(only: tuple[str, ...] = ()) -> Engine:
    """Start the engine that fits: on the cluster at CLSF_SCHEDULER (tcp:// or tls://), else on this machine.

    On this machine it serves the frameworks in `only`; (): all that are installed.

    Returns before the workers have imported their frameworks; `wait_warm` waits for that. Raises EngineError if the
    cluster can't be reached within ten seconds or has other versions.
    """
    from clsf.engine.cluster import DaskEngine
    from clsf.settings import read

    settings = read()
    address = os.environ.get("CLSF_SCHEDULER", "").strip()
    if address:
        from clsf.engine.remote import RemoteWorkers

        return DaskEngine(RemoteWorkers(address), settings=settings)
    from clsf.engine.installed import installed
    from clsf.engine.small_host import SmallWorkers, is_small

    if is_small(settings.small_host):
        return DaskEngine(SmallWorkers(only or installed()), settings=settings)
    from clsf.engine.local import LocalWorkers

    return DaskEngine(LocalWorkers(only or installed()), settings=settings)
