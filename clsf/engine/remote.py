"""Workers of a dask cluster that someone else runs: CLSF_SCHEDULER=tcp://host:8786, or tls:// with dask's own settings.

Such a worker serves one framework and says so by its resources:

    dask worker tcp://host:8786 --nthreads 2 --resources "TORCH=1 TORCH_CALL=1"
"""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from typing import Any

from clsf.engine.work import versions
from clsf.errors import EngineError

logger = logging.getLogger("clsf.engine")

CONNECT_SECONDS = 10


class RemoteWorkers:
    """A connection to a scheduler, and through it to its workers."""

    kind = "remote"
    one_at_a_time = False
    small = False
    frameworks: tuple[str, ...] = ()  # the cluster decides which of them have workers
    memory_limit: int | None = None  # each worker has its own

    def __init__(self, address: str) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # this program reports errors to the user itself
        self.address = address
        try:
            self.client = self._connect()
        except (OSError, ValueError, TypeError, ImportError) as error:  # ValueError, TypeError: addresses, TLS settings
            raise EngineError(
                "The scheduler {address} (CLSF_SCHEDULER) can't be reached within {seconds} seconds: {reason}. Check the address "
                "and that the scheduler runs, or unset CLSF_SCHEDULER to train on this machine.",
                address=address, seconds=CONNECT_SECONDS, reason=str(error)[:200] or type(error).__name__,
            ) from None  # fmt: skip
        try:
            self._check_versions()
        except EngineError:
            self.close()
            raise

    def _connect(self) -> Any:
        from distributed import Client

        class TidyClient(Client):
            def __init__(self, *args: object, **options: object) -> None:
                try:
                    super().__init__(*args, **options)
                except BaseException:
                    # Left to the garbage collector, it would take a lock of dask's in whatever thread that runs in, and
                    # the next client would wait for it for ever (seen).
                    with contextlib.suppress(Exception):
                        self.close(timeout=1)
                    raise

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dask's table of versions; ours is a sentence
            return TidyClient(self.address, timeout=CONNECT_SECONDS, set_as_default=False)

    def reconnect(self) -> None:
        """Reconnect where dask has given up, as it does after half a minute."""
        if self.client.status in ("closed", "closing"):
            with contextlib.suppress(OSError, ValueError):
                self.client = self._connect()

    def _check_versions(self) -> None:
        theirs = _scheduler_versions(self.client.get_versions()["scheduler"])
        for name, value in theirs.items():
            ours = versions()[name]
            if value != ours:
                raise EngineError(
                    "The scheduler {address} (CLSF_SCHEDULER) has {package} {theirs}, but this program has {ours}; they "
                    "can't understand each other. Install the same version on both sides.",
                    address=self.address, package=name, theirs=value, ours=ours,
                )  # fmt: skip

    def tend(self) -> None:
        """Do nothing: the cluster manages its workers."""

    def want(self, framework: str) -> bool:
        """Do nothing: the cluster decides which frameworks have workers."""
        return False

    def enlarge(self, framework: str, more: int) -> None:
        """Do nothing: a cluster has the workers that it was given."""

    def shrink(self) -> list[str]:
        """Do nothing."""
        return []

    def kill(self, address: str, pid: int | None) -> None:
        """End a worker process at once, through its nanny where it has one."""
        for nanny in (True, False):
            with contextlib.suppress(Exception):  # a worker that ends itself does not answer
                if self.client.run(_kill, workers=[address], nanny=nanny):
                    return

    def close(self) -> None:
        """Leave; the cluster stays."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=2)


def _scheduler_versions(versions: dict) -> dict[str, str]:
    """Return a scheduler's description of itself, in the form of `clsf.engine.work.versions`."""
    python = str(versions["host"].get("python", ""))
    return {"Python": ".".join(python.split(".")[:2]), "distributed": str(versions["packages"].get("distributed"))}


def _kill(dask_worker: Any) -> None:
    """Kill the process; runs in a worker or, as `dask_worker` too, in its nanny."""
    import psutil

    process = getattr(dask_worker, "process", None)
    psutil.Process(process.pid if process is not None else os.getpid()).kill()
