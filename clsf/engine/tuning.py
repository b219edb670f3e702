"""dask's settings in all of our processes: what it monitors, how often, and how it handles memory.

dask reads its configuration when a scheduler, a nanny or a worker is made, and a nanny passes its own on to each worker that it
starts, later ones too. So `apply` sets it permanently, in the app's process and (see `clsf.engine.preload`) in each worker's.
"""

from __future__ import annotations

SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # or a run that takes too much memory is tried four times
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.worker-ttl": None,  # an import that holds the interpreter for long is not a death
    "distributed.worker.profile.enabled": False,  # samples every thread every 10 ms, training too
    "distributed.worker.memory.target": False,  # nothing is kept in workers that could be spilled
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,  # a paused worker would take no run and answer no interactive job
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.memory.monitor-interval": "250ms",
    "distributed.scheduler.http.routes": [],  # dask always serves pages; ours serves none, and on this machine alone
    "distributed.worker.http.routes": [],
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.tick.cycle": "30s",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.admin.system-monitor.disk": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.low-level-log-length": 100,  # old messages kept by the scheduler, in the app's memory
    "distributed.comm.timeouts.connect": "10s",
    # Variables that dask would set before a worker starts. MALLOC_TRIM_THRESHOLD_ halves PyTorch's speed on a CPU (see
    # `clsf.engine.allocator`); thread counts are set in the worker, from CLSF_THREADS.
    "distributed.nanny.pre-spawn-environ": {
        "MALLOC_TRIM_THRESHOLD_": None, "OMP_NUM_THREADS": None, "MKL_NUM_THREADS": None, "OPENBLAS_NUM_THREADS": None,
    },
}  # fmt: skip


def apply() -> None:
    """Set them in this process, permanently. To be called before any dask object is made."""
    import dask

    dask.config.set(SETTINGS)
