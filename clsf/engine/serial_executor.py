"""SerialExecutor: one thread that runs functions in order, some of them later, so that an engine's state has one writer."""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable

logger = logging.getLogger("clsf.engine")


class SerialExecutor:
    """`do` and `after` return at once and may be called from any thread, an event loop's too."""

    def __init__(self, name: str) -> None:
        self._inbox: queue.SimpleQueue = queue.SimpleQueue()
        self._later: list = []
        self._count = itertools.count()
        self._closing = False
        self._leaving = False  # errors from now on come from closing
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, action: Callable, *args: object) -> None:
        """Run a function after everything handed in before."""
        self._inbox.put((0.0, action, args))

    def after(self, seconds: float, action: Callable, *args: object) -> None:
        """Run a function after a number of seconds."""
        self._inbox.put((time.monotonic() + seconds, action, args))

    def close(self, timeout: float) -> None:
        """Run the functions handed in, drop those scheduled for later, and end; wait at most `timeout` seconds for that.

        With 0 it does not wait, and errors are no longer reported.
        """
        self.do(self._stop)
        self._leaving = timeout == 0
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _stop(self) -> None:
        self._closing = True

    def _run(self) -> None:
        while not self._closing:
            wait = max(self._later[0][0] - time.monotonic(), 0) if self._later else None
            if wait == 0:
                _, _, action, args = heapq.heappop(self._later)
            else:
                try:
                    when, action, args = self._inbox.get(timeout=wait)
                except queue.Empty:
                    continue
                if when:
                    heapq.heappush(self._later, (when, next(self._count), action, args))
                    continue
            try:
                action(*args)
            except Exception:
                if not self._leaving:
                    logger.exception("A step of the engine failed")


class PerWorkerExecutor:
    """Slow messages to workers, one executor per worker: in order for each, and one that hangs holds up no other worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._per_worker: dict[str, SerialExecutor] = {}

    def do(self, name: str, action: Callable, *args: object) -> None:
        """Run a function after everything handed to this executor before."""
        with self._lock:
            if name not in self._per_worker:
                self._per_worker[name] = SerialExecutor(f"clsf-worker-{name}")
            self._per_worker[name].do(action, *args)

    def drop(self, name: str) -> None:
        """End an executor once its queued functions are done."""
        with self._lock:
            executor = self._per_worker.pop(name, None)
        if executor is not None:
            executor.close(timeout=0)

    def close(self) -> None:
        for name in list(self._per_worker):
            self.drop(name)
