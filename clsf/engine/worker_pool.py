"""WorkerPool: the engine's view of the worker processes. It warms them up, notices lost ones, and ends those that must end.

Knows nothing of runs except the addresses that have one. Its state changes on the engine's executor alone, under `changed`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import psutil

from clsf.engine import work
from clsf.engine.base import Kind, WorkerState
from clsf.engine.serial_executor import PerWorkerExecutor, SerialExecutor
from clsf.engine.worker_table import Worker, WorkerTable

logger = logging.getLogger("clsf.engine")

RECYCLE = 0.5
"""A share of the memory between a worker's use when it was ready and its limit: a worker that fills more of it after a run is
replaced by a new one. An idle worker's own use does not count, or with a small limit each would be replaced after each run."""

WEIGH_SECONDS = 1.0  # between two checks of the workers' memory, however many pages ask
TEND_SECONDS = 2.0  # between checks of the cluster, in case a message was missed


class WorkerSource(Protocol):
    """Where the workers are and how they are ended: `clsf.engine.local` or `clsf.engine.remote`."""

    kind: Kind
    address: str
    client: Any  # a dask Client; another one after `reconnect`
    one_at_a_time: bool
    small: bool  # there is room for one worker, which holds one framework at a time
    frameworks: tuple[str, ...]  # that must have a worker

    def tend(self) -> None:
        """Start again the workers that did not come back by themselves."""
        ...

    def reconnect(self) -> None:
        """Try to reach a scheduler that does not answer."""
        ...

    def want(self, framework: str) -> bool:
        """Replace the one worker of a small host by one of this framework. Return whether that is done now."""
        ...

    def enlarge(self, framework: str, more: int) -> None:
        """Start the given number of extra workers for this framework, if there is memory and they are not running yet."""
        ...

    def shrink(self) -> list[str]:
        """End these extra workers; return their names."""
        ...

    def kill(self, address: str, pid: int | None) -> None: ...

    def close(self) -> None: ...


class WorkerPool:
    """On the executor, `arrived` is called for a new worker, `left` for a lost one, `hear` with each message of a run."""

    def __init__(
        self,
        workers: WorkerSource,
        executor: SerialExecutor,
        warm: str | None,
        hear: Callable[[dict], None],
        arrived: Callable[[], None],
        left: Callable[[str], None],
    ) -> None:
        self.warm = warm  # the function that warms up a worker; None: none is warmed up
        self.changed = threading.Condition(threading.RLock())
        self.table = WorkerTable(workers.frameworks)
        self._workers = workers
        self._executor = executor
        self._arrived = arrived
        self._left = left
        self._per_worker = PerWorkerExecutor()
        self._memory_deaths: dict[str, tuple[float, float]] = {}  # address -> bytes used, allowed
        self._away = False  # the scheduler does not answer
        self._weighed = float("-inf")
        self._asking = False
        self._closed = False
        self._topics = {work.TOPIC: hear, "all": self._cluster_changed, "worker-restart-memory": self._ran_out}

    def start(self) -> None:
        """Listen to the cluster and warm up the workers that are there."""
        self._subscribe()
        self._executor.do(self._tend)

    @property
    def client(self) -> Any:
        return self._workers.client

    def close(self) -> None:
        """Disconnect from the scheduler and end the worker executors, without waiting for their queued functions."""
        self._closed = True
        try:
            for topic in self._topics:
                self.client.unsubscribe_topic(topic)
        except Exception:
            logger.debug("The scheduler was gone already", exc_info=True)
        self._per_worker.close()
        self._workers.close()

    # On the executor.

    def woke_up(self, message: dict) -> None:
        """Handle the message that a worker has imported its framework, or could not."""
        with self.changed:
            if "warm" in message:
                self._warmed(message["address"], message["warm"])
            elif worker := self.table.workers.get(message["address"]):
                worker.cold = True
            self.changed.notify_all()

    def _warmed(self, address: str, device: str) -> None:
        self.table.warmed(address, device)
        worker = self.table.workers.get(address)
        if worker and not worker.ready_bytes:
            worker.ready_bytes = 1e6 * (self.memory_mb(worker) or 0)

    def mark_lost(self, address: str) -> None:
        """Note that a worker is dead or dying, before the scheduler reports it."""
        with self.changed:
            if worker := self.table.workers.get(address):
                worker.lost = True
            self.changed.notify_all()

    def end(self, address: str, pid: int | None) -> None:
        """End a worker at once; another takes its place."""
        with self.changed:
            if worker := self.table.workers.get(address):
                worker.ended_by_us = True
        self.mark_lost(address)
        self._per_worker.do(f"kill {address}", self._workers.kill, address, pid)

    def tidy(self, address: str) -> None:
        """Replace a worker that has no run if it holds too much memory, or if its second thread hangs."""
        with self.changed:
            worker = self.table.workers.get(address)
            if worker is None or worker.lost:
                return
            memory = 1e6 * (self.memory_mb(worker) or 0)
            room = (worker.memory_limit or 0) - worker.ready_bytes
            grown = self._workers.kind == "local" and worker.memory_limit and memory > worker.ready_bytes + RECYCLE * room
            if not worker.stuck and (not grown or worker.calls):
                return
        logger.info("The worker %s is replaced (%.0f MB, stuck: %s)", address, memory / 1e6, worker.stuck)
        self.end(address, worker.pid)

    def want(self, framework: str) -> None:
        """On a small host, replace the worker by one for this framework, unless a caller waits for its answer.

        Under `changed`; the caller makes sure that no run trains.
        """
        if self.table.of(framework) or any(worker.calls for worker in self.table.workers.values()):
            return
        if self._workers.want(framework):
            for worker in self.table.workers.values():  # it ends now: it must not be sent anything any more
                worker.lost = worker.ended_by_us = True
            self.changed.notify_all()

    def enlarge(self, framework: str, more: int) -> None:
        """Start the given number of extra workers for a framework, where there is room."""
        self._workers.enlarge(framework, more)

    def shrink(self) -> None:
        """Go back to one worker per framework. Under `changed`: the others must not be sent anything from now on."""
        gone = self._workers.shrink()
        for worker in self.table.workers.values():
            if worker.name in gone:
                worker.lost = worker.ended_by_us = True

    def refresh(self) -> None:
        """Ask the scheduler for its workers."""
        if not self._asking:
            self._asking = True
            self._per_worker.do("table", self._ask_scheduler)

    def memory_death(self, address: str) -> tuple[float, float] | None:
        """Return (bytes used, bytes allowed) if a worker was ended because it used too much memory."""
        return self._memory_deaths.pop(address, None)

    def _tend(self) -> None:
        if not self._closed:
            self._workers.tend()
            self.refresh()
            self._executor.after(TEND_SECONDS, self._tend)

    def _cluster_changed(self, message: dict) -> None:
        if isinstance(message, dict) and message.get("action") in ("add-worker", "remove-worker"):
            if message["action"] == "remove-worker":
                self.mark_lost(message.get("worker", ""))
            self._asking = False  # an answer on its way may be older than this news
            self.refresh()

    def _ran_out(self, message: dict) -> None:
        worker = self.table.workers.get(message.get("worker", ""))
        limit = worker.memory_limit if worker and worker.memory_limit else 0
        self._memory_deaths[message.get("worker", "")] = (message.get("rss", 0), limit)

    def _workers_are(self, workers: dict[str, dict]) -> None:
        with self.changed:
            new, gone = self.table.update(workers)
            self.changed.notify_all()
        for worker in gone:
            self._per_worker.drop(worker.address)
            if not self._away:  # else it is the scheduler that does not answer, and the worker may well go on
                self._left(worker.address)
        for worker in new:
            self._per_worker.do(worker.address, self._begin, worker)
        if new:
            self._arrived()

    def _worker_began(self, worker: Worker, facts: dict) -> None:
        others = any(facts["versions"].get(name) != value for name, value in work.versions().items())
        with self.changed:
            worker.pid, worker.host, worker.threads = facts["pid"], facts["host"], facts["threads"]
            if others:  # it would misunderstand; leave it to apps of its own version
                logger.warning("The worker %s has other versions: %s", worker.address, facts["versions"])
                worker.lost = worker.cold = True
            elif facts["device"] is not None:
                self._warmed(worker.address, facts["device"])
            elif not self.warm or not self.table.worth_warming(worker.framework):
                worker.cold = True
            self.changed.notify_all()

    def _did_not_begin(self, worker: Worker) -> None:
        with self.changed:
            worker.cold = True
            self.changed.notify_all()

    # In worker executors.

    def tell(self, address: str, run_id: str, name: str, value: float | None) -> None:
        """Pass a command on to the run of a worker, after earlier ones for this worker."""
        self._per_worker.do(
            address, lambda: self.client.run(work.command, run_id, name, value, workers=[address], on_error="ignore")
        )

    def suspect(self, worker: Worker, token: str) -> None:
        """Find out whether a worker is busy with a job whose answer is no longer awaited; one that still warms up is only slow."""
        if worker.warm:
            self._per_worker.do(worker.address, self._ask_if_stuck, worker, token)

    def _ask_if_stuck(self, worker: Worker, token: str) -> None:
        answers = self.client.run(work.is_calling, token, workers=[worker.address], on_error="ignore")
        if answers.get(worker.address):
            worker.stuck = True
            self._executor.do(self._arrived)  # the engine tidies workers that have no run

    def _begin(self, worker: Worker) -> None:
        warm = self.warm if self.table.worth_warming(worker.framework) else None
        try:
            answers = self.client.run(work.begin, worker.framework, warm, workers=[worker.address])
        except Exception as error:  # it died, or this package is not installed there
            if self._closed:
                return
            logger.warning("The worker %s can't be used: %r", worker.address, error)
            self._executor.do(self._did_not_begin, worker)
        else:
            self._executor.do(self._worker_began, worker, answers[worker.address])

    def _ask_scheduler(self) -> None:
        if self._closed:
            return
        try:
            workers = self.client.scheduler_info()["workers"]
        except Exception as error:
            if self._closed:
                return
            if not self._away:
                logger.warning("The scheduler does not answer: %r", error)
            self._away, workers = True, {}
            self._workers.reconnect()
        else:
            if self._away:
                self._away = False
                self._subscribe()
        self._asking = False
        self._executor.do(self._workers_are, workers)

    def _subscribe(self) -> None:
        for topic, action in self._topics.items():
            self.client.subscribe_topic(topic, lambda event, action=action: self._executor.do(action, event[1]))

    # From any thread, under `changed`.

    @property
    def all_warm(self) -> bool:
        return self.table.all_warm

    def is_waking(self, address: str, framework: str) -> bool:
        """Return whether the worker at `address` (or "": any of the framework's) still imports its framework."""
        workers = [self.table.workers.get(address)] if address else self.table.of(framework)
        return any(worker is not None and not worker.warm and not worker.cold for worker in workers)

    def states(self, training: set[str]) -> list[WorkerState]:
        """Return the state of every worker; `training` holds the addresses that have a run."""
        if time.monotonic() - self._weighed > WEIGH_SECONDS:
            self._weighed = time.monotonic()
            for worker in self.table.workers.values():
                worker.memory_mb = self.memory_mb(worker)
        return self.table.states(training)

    def memory_mb(self, worker: Worker) -> float | None:
        """Return the resident memory of a worker in 10**6 bytes; for a remote one, the last value it reported."""
        if self._workers.kind != "local":
            return worker.memory_mb
        try:
            return psutil.Process(worker.pid).memory_info().rss / 1e6 if worker.pid else None
        except psutil.Error:
            return None
