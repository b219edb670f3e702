"""Worker processes on this machine: a dask scheduler in our own process, and one nanny and one worker per framework.

dask's LocalCluster is not used: it gives up a worker that stays away for 15 s, and on closing it asks politely and waits.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import multiprocessing.spawn
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from clsf import FRAMEWORKS
from clsf.engine import scratch, secret, tuning
from clsf.engine.machine import cores, memory_bytes
from clsf.engine.monotonic_clock import use_monotonic_clock
from clsf.errors import EngineError

logger = logging.getLogger("clsf.engine")

SHARE = 0.45
"""Of the memory, for each of the two workers; the rest is the app's and the system's."""

LEAST_MEMORY = 1_250_000_000
"""Bytes. With less, a framework with a small model does not fit (about 0.55 GB to import, measured), and a worker would be
ended while it warms up, again and again. On a smaller machine the system has to decide."""

LEAST_LIMIT, MOST_LIMIT = 100_000_000, 10**15
"""Bytes; the smallest value that CLSF_WORKER_MEMORY may have: Python alone takes nearly as much."""

EXTRA_MEMORY = 1_500_000_000
"""Bytes of the machine's memory per worker, where a framework has more than one: they train small networks (0.7 to 1 GB)."""

SPIN = "10000"
"""How often an OpenMP thread of PyTorch looks for work before it sleeps, see clsf.backends.torch.device. Lecture CNN, batch
32, two cores and two busy processes as well: 70 images/s by default, 500 with this (measured). A race is such a case, and
so is a page that computes while a run trains."""


class LocalWorkers:
    """A scheduler and two worker processes that end with this process, however it ends."""

    kind = "local"
    one_at_a_time = True
    frameworks = FRAMEWORKS
    small = False
    share = SHARE
    _first: tuple[str, ...] = FRAMEWORKS  # whose workers are started at once

    def __init__(self, only: tuple[str, ...] = FRAMEWORKS) -> None:
        if not self.small:
            self.frameworks = only
        self._first = only[:1] if self.small else only
        from distributed import Client, Scheduler, Security
        from distributed.utils import LoopRunner

        for name in ("distributed", "tornado"):  # a worker that is replaced is our news to tell
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        _keep_main_out_of_workers()
        self.memory_limit = _memory_limit(self.share)
        self.threads = _threads()
        self._nannies: dict[str, Any] = {}
        self._tasks: set[asyncio.Task] = set()
        self._idle_since: dict[str, float] = {}
        self._closing = False
        self._runner = LoopRunner(asynchronous=False)
        self._runner.start()
        use_monotonic_clock(self._runner.loop)
        tuning.apply()
        self._security = Security(**_own_certificate())
        self._scratch = scratch.make()
        atexit.register(scratch.remove, self._scratch)
        try:
            self._scheduler = self._sync(self._start_scheduler, Scheduler)
            self.address: str = self._scheduler.address
            self.client = Client(self.address, loop=self._runner.loop, set_as_default=False, security=self._security)
            self._sync(self._start_nannies)
        except Exception:
            self.close()
            raise

    async def _start_scheduler(self, kind: type) -> Any:
        import dask

        with dask.config.set({"temporary-directory": str(self._scratch)}):  # the scheduler reads it from nowhere else
            scheduler = kind(
                host="127.0.0.1", port=0, protocol="tls", security=self._security, dashboard=False,
                dashboard_address="127.0.0.1:0",
            )  # fmt: skip
        await scheduler
        with contextlib.suppress(ValueError):  # its scratch folder, where dask puts uploaded modules; nothing for an app
            sys.path.remove(scheduler.local_directory)
        return scheduler

    async def _start_nannies(self) -> None:
        for framework in self._first:
            self._nannies[framework] = self._nanny(framework)
        for nanny in self._nannies.values():  # in the background: the app need not wait for its workers
            self._launch(nanny)

    def _launch(self, nanny: Any) -> None:
        task = asyncio.ensure_future(self._start(nanny))
        self._tasks.add(task)  # asyncio itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _start(self, nanny: Any) -> None:
        try:
            await nanny
        except Exception:
            # No message about a nanny that was still starting when everything was closed, or when it had to make way.
            if not self._closing and self._nannies.get(nanny.name) is nanny:
                logger.exception("The worker %s could not be started", nanny.name)

    def _nanny(self, name: str) -> Any:
        """Return the spec that starts a worker; `name`: its framework, and a number after a dash for one that only trains."""
        from distributed import Nanny

        _, _, extra = name.partition("-")

        threads = str(self.threads)
        variables = ("CLSF_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        resource = name.upper().replace("-", "_")  # dask sends a run wherever this is offered, also where another has it
        return Nanny(
            self.address,
            name=name,
            host="127.0.0.1",
            nthreads=1 if extra else 2,  # one trains, one answers
            resources={resource: 1} if extra else {resource: 1, f"{resource}_CALL": 1},
            memory_limit=self.memory_limit,
            env=dict.fromkeys(variables, threads) | {"GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", SPIN)},
            silence_logs=logging.CRITICAL,
            preload=["clsf.engine.preload", "clsf.engine.low_priority", "clsf.engine.own_temporary"],
            dashboard=False,
            security=self._security,
            local_directory=str(self._scratch),
        )

    def tend(self) -> None:
        """Start again the workers that did not come back by themselves: those that were killed while they started."""
        if not self._closing:
            self._runner.loop.add_callback(self._tend)

    async def _tend(self) -> None:
        from distributed.core import Status

        for name, nanny in list(self._nannies.items()):
            if nanny.status not in (Status.running, Status.closed, Status.failed) or (nanny.process and nanny.pid):
                self._idle_since.pop(name, None)
                continue
            since = self._idle_since.setdefault(name, time.monotonic())
            if time.monotonic() - since < 3 or self._closing:  # its own restart comes first
                continue
            del self._idle_since[name]
            logger.warning("The worker %s is started again", name)
            with contextlib.suppress(Exception):
                await nanny.close()
            if self._nannies.get(name) is not nanny:
                continue
            self._nannies[name] = self._nanny(name)
            self._launch(self._nannies[name])

    def reconnect(self) -> None:
        """Do nothing: the scheduler lives in this process."""

    def want(self, framework: str) -> bool:
        """Do nothing: each framework has a worker."""
        return False

    def enlarge(self, framework: str, more: int) -> None:
        """Start the given number of extra workers for this framework, if there is memory and they are not running yet."""
        room = int(memory_bytes() / EXTRA_MEMORY) - len(FRAMEWORKS)
        names = [f"{framework}-{number}" for number in range(2, 2 + min(more, room))]
        if not self._closing and any(name not in self._nannies for name in names):
            self._runner.loop.add_callback(self._enlarge, names)

    async def _enlarge(self, names: list[str]) -> None:
        for name in names:
            if name not in self._nannies and not self._closing:
                logger.info("The worker %s is started for an experiment", name)
                self._nannies[name] = self._nanny(name)
                self._launch(self._nannies[name])

    def shrink(self) -> list[str]:
        """End these extra workers; return their names."""
        names = [name for name in list(self._nannies) if "-" in name]
        if names and not self._closing:
            self._runner.loop.add_callback(self._end_nannies, names.__contains__)
        return names

    async def _end_nannies(self, these: Callable[[str], bool]) -> None:
        gone = [self._nannies.pop(name) for name in list(self._nannies) if these(name)]
        for nanny in gone:
            nanny.close_gracefully()  # says that no new worker is to be started
            self.kill("", nanny.pid)
        await asyncio.gather(*(nanny.close(timeout=3) for nanny in gone), return_exceptions=True)

    def kill(self, address: str, pid: int | None) -> None:
        """End a worker process at once; its nanny starts another."""
        if pid is not None:
            with contextlib.suppress(psutil.Error):
                psutil.Process(pid).kill()

    def close(self) -> None:
        """End the workers and the scheduler. Kills first: a worker holds nothing that must be saved."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(Exception):
            self._sync(self._close, timeout=15)
        if hasattr(self, "client"):
            with contextlib.suppress(Exception):
                self.client.close(timeout=2)
        with contextlib.suppress(Exception):
            self._sync(self._close_scheduler, timeout=5)
        with contextlib.suppress(Exception):
            self._runner.stop()
        scratch.remove(self._scratch)
        atexit.unregister(scratch.remove)

    async def _close(self) -> None:
        await self._end_nannies(lambda name: True)

    async def _close_scheduler(self) -> None:
        if hasattr(self, "_scheduler"):
            await self._scheduler.close()

    def _sync(self, function: Any, *args: object, timeout: float | None = None) -> Any:
        from distributed.utils import sync

        return sync(self._runner.loop, function, *args, callback_timeout=timeout)


def _own_certificate() -> dict[str, object]:
    """Return the dask Security that admits only holders of this key and encrypts everything sent."""
    certificate, key = secret.certificate()
    pairs = {
        f"tls_{role}_{what}": value
        for role in ("client", "scheduler", "worker")
        for what, value in (("cert", certificate), ("key", key))
    }
    return {"require_encryption": True, "tls_ca_file": certificate, **pairs}


def _memory_limit(share: float) -> int:
    """Return the bytes that one worker may use: CLSF_WORKER_MEMORY ("4GB"), or a share of the available memory."""
    from dask.utils import parse_bytes

    text = os.environ.get("CLSF_WORKER_MEMORY", "").strip()
    if not text:
        return max(int(share * memory_bytes()), LEAST_MEMORY)
    try:
        amount = parse_bytes(text)
    except (ValueError, OverflowError):
        amount = 0
    if not LEAST_LIMIT <= amount <= MOST_LIMIT:
        raise EngineError(
            "CLSF_WORKER_MEMORY is '{value}', but must be an amount of memory from 100MB on, such as 4GB.",
            value=text[:60],
        )
    return amount


def _threads() -> int:
    """Return how many threads one operation of a framework may use: CLSF_THREADS, or the number of cores."""
    text = os.environ.get("CLSF_THREADS", "").strip()
    if text and not (text.isdecimal() and 1 <= int(text) <= 1024):
        raise EngineError("CLSF_THREADS is '{value}', but must be a whole number from 1 to 1024.", value=text[:60])
    return int(text or cores())


def _keep_main_out_of_workers() -> None:
    """Have worker processes start without importing the program's main file.

    multiprocessing imports it in every child, which would run a Streamlit app or a script without a `__main__` guard a
    second time (and the child would then refuse to start). Everything that our workers do lives in importable modules.
    """
    original = multiprocessing.spawn.get_preparation_data
    if getattr(original, "without_main", False):
        return

    def get_preparation_data(name: str) -> dict:
        data = original(name)
        if name == "Dask Worker process (from Nanny)":
            for key in ("init_main_from_name", "init_main_from_path"):
                data.pop(key, None)
        return data

    get_preparation_data.without_main = True
    multiprocessing.spawn.get_preparation_data = get_preparation_data
