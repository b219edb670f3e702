"""A dask cluster of separate local processes, as a teacher would start it by the README."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class RealCluster:
    """A scheduler and workers that can be killed and restarted. `scheme`: tcp, or tls with certificates from `environment`."""

    def __init__(self, folder: Path, scheme: str = "tcp", environment: dict[str, str] | None = None) -> None:
        self.port = free_port()
        self.scheme = scheme
        self.address = f"{scheme}://127.0.0.1:{self.port}"
        self.folder = folder
        self.workers: list[subprocess.Popen] = []
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "error", **(environment or {})}
        self.scheduler = self._start_scheduler()

    def _start_scheduler(self) -> subprocess.Popen:
        return self._start(
            "scheduler", "--host", self.address.rpartition(":")[0], "--port", str(self.port), "--no-dashboard", "--protocol",
            self.scheme, "--preload", "clsf.engine.preload",
        )  # fmt: skip

    def restart_scheduler(self) -> None:
        """Kill the scheduler and start another one at the same address; the caller adds workers that left with it."""
        self.kill(self.scheduler)
        self.scheduler = self._start_scheduler()

    def add(self, framework: str) -> subprocess.Popen:
        """Start a worker for a framework."""
        resource = framework.upper()
        worker = self._start(
            "worker", self.address, "--nthreads", "2", "--resources", f"{resource}=1 {resource}_CALL=1", "--no-dashboard",
            "--protocol", self.scheme, "--preload", "clsf.engine.preload", "--local-directory", str(self.folder),
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def _start(self, *arguments: str) -> subprocess.Popen:
        log = (self.folder / f"{arguments[0]}-{len(os.listdir(self.folder))}.log").open("w")
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=ROOT, env=self._environment, stdout=log, stderr=log,
        )  # fmt: skip

    @staticmethod
    def kill(process: subprocess.Popen) -> None:
        """Kill a process and its children by SIGKILL."""
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        process.wait(10)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            self.kill(process)
