"""WorkerTable: the workers that the engine knows, and what each can do at the moment. No threads, no dask."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from clsf import FRAMEWORKS
from clsf.engine.base import WorkerState

DEATHS_IN_WARMING = 3
"""Failures in a row, until a framework's workers are no longer warmed up in advance: something is wrong that trying again makes
worse. A run still tries, and its failure tells the user."""


PATIENCE_SECONDS = 10.0
"""How long a framework's runs keep their place in the queue while it has no worker: a new one takes about a second."""


@dataclass
class Worker:
    """One worker process, from its arrival until it is gone; the process that replaces it has another address."""

    address: str
    framework: str
    resource: str  # that a run requests in dask to be sent here: the framework, and a number for one that only trains
    host: str
    threads: int
    memory_limit: int | None  # bytes
    name: str = ""
    pid: int | None = None
    device: str = ""
    warm: bool = False
    cold: bool = False  # its framework could not be imported
    lost: bool = False  # killed, and not yet gone from the cluster
    ended_by_us: bool = False  # for a reason unrelated to its interactive jobs
    stuck: bool = False  # busy with an interactive job whose answer is no longer awaited
    memory_mb: float | None = None
    ready_bytes: float = 0.0  # what it held when its framework was imported
    paused: bool = False  # by dask, because it uses nearly all the memory that it may use
    calls: set[str] = field(default_factory=set)  # interactive jobs in flight, by token


class WorkerTable:
    """Workers by address."""

    def __init__(self, frameworks: tuple[str, ...]) -> None:
        self._expected = frameworks  # that are always listed, "lost" while they have no worker
        self._deaths: Counter[str] = Counter()  # in a row while starting, by framework
        self._seen = dict.fromkeys(FRAMEWORKS, time.monotonic())  # when each last had a worker, or could have had
        self.workers: dict[str, Worker] = {}

    def update(self, workers: dict[str, dict]) -> tuple[list[Worker], list[Worker]]:
        """Update the table from a scheduler's list of workers. Return the new and the lost ones."""
        gone = [worker for address, worker in self.workers.items() if address not in workers]
        for worker in gone:
            self.remove(worker.address)
        new = []
        for address, facts in workers.items():
            offer = _offer(facts.get("resources", {}))
            if offer is None:
                continue
            if address not in self.workers:
                worker = Worker(
                    address,
                    *offer,
                    facts.get("host", ""),
                    facts.get("nthreads", 1),
                    facts.get("memory_limit"),
                    str(facts.get("name", "")),
                )
                self.workers[address] = worker
                new.append(worker)
            memory = facts.get("metrics", {}).get("memory")
            self.workers[address].memory_mb = memory / 1e6 if memory else None
            self.workers[address].paused = facts.get("status") == "paused"
        return new, gone

    def remove(self, address: str) -> Worker | None:
        """Forget a worker, and note it if it died before it was warm."""
        worker = self.workers.pop(address, None)
        if worker is not None and not worker.warm:
            self._deaths[worker.framework] += 1
        return worker

    def warmed(self, address: str, device: str) -> None:
        """Note that a worker has imported its framework."""
        if worker := self.workers.get(address):
            worker.warm, worker.cold, worker.device = True, False, device
            self._deaths[worker.framework] = 0

    def worth_warming(self, framework: str) -> bool:
        return self._deaths[framework] < DEATHS_IN_WARMING

    def of(self, framework: str) -> list[Worker]:
        """Return the workers of a framework that can take a job."""
        return [w for w in self.workers.values() if w.framework == framework and not w.lost and not w.paused]

    def idle(self, framework: str, taken: Collection[str]) -> Worker | None:
        """Return a worker without a run, a warm one if there is one. `taken`: the addresses of workers that have a run."""
        left = [worker for worker in self.of(framework) if worker.address not in taken]
        return min(left, key=lambda worker: not worker.warm, default=None)

    def free(self, busy: Counter[str]) -> dict[str, int]:
        """Return how many workers per framework could take a run; `busy` says how many have one."""
        return {name: max(len(self.of(name)) - busy[name], 0) for name in FRAMEWORKS}

    def coming(self) -> list[str]:
        """Return the frameworks that have no worker at the moment but should have one soon."""
        now = time.monotonic()
        for worker in self.workers.values():
            if not worker.lost:
                self._seen[worker.framework] = now
        return [name for name in self._expected if not self.of(name) and now < self._seen[name] + PATIENCE_SECONDS]

    @property
    def all_warm(self) -> bool:
        """Whether there is nothing to wait for: each expected framework has a worker, and each worker is ready or can't be."""
        present = {w.framework for w in self.workers.values() if not w.lost}
        return bool(present) and present.issuperset(self._expected) and all(w.warm or w.cold for w in self.workers.values())

    def states(self, training: set[str]) -> list[WorkerState]:
        """Return the state of every worker, in the order of FRAMEWORKS; `training` holds the addresses that have a run."""
        states = []
        for framework in FRAMEWORKS:
            workers = [w for w in self.workers.values() if w.framework == framework]
            states += [_state(worker, worker.address in training) for worker in workers]
            if not workers and framework in self._expected:
                states.append(WorkerState(framework, "lost", None, "", "", 0, None))
        return states


def _offer(resources: Mapping[str, float]) -> tuple[str, str] | None:
    """Return a worker's framework and the resource by which it is requested; None for another kind of worker."""
    for framework in FRAMEWORKS:
        for resource, amount in resources.items():
            if amount and re.fullmatch(rf"{framework.upper()}(_\d+)?", resource):
                return framework, resource
    return None


def _state(worker: Worker, training: bool) -> WorkerState:
    if worker.lost or worker.cold:
        status = "lost"
    elif training:
        status = "busy"
    elif worker.paused:
        status = "paused"
    else:
        status = "warm" if worker.warm else "starting"
    return WorkerState(worker.framework, status, worker.pid, worker.host, worker.device, worker.threads, worker.memory_mb)
