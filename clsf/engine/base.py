"""The interface of an engine: it takes runs, reports their events, and answers interactive jobs.

An engine knows nothing of stores and pages. It calls one listener, from one thread, in this order for each run:

    started  (events | weights)*  then one of: events ending in RunEnded, failed, ended_early

`started` is missing for a run that ended before it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from clsf.events import Event
from clsf.words import Sentence

Status = Literal["starting", "warm", "busy", "paused", "lost"]
Kind = Literal["local", "remote", "inline"]

COMMANDS: tuple[str, ...] = ("pause", "resume", "step", "look", "watch", "stop", "learning_rate")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run to train, in plain values that can be sent to other processes."""

    run_id: str
    framework: str
    model: dict  # ModelSpec JSON
    plan: dict  # Plan JSON
    group: str  # runs that were started together share it
    race: bool = False  # whether it may train together with others of its group, and of its start, that say the same
    owner: str = ""  # the browser session that started it; sessions take turns and have limits. "": no owner, without limits
    start: str = ""  # what counts as one start where the starts of an owner are limited; "": the group
    weights: str = ""  # the initial weights, see `clsf.continuing`; "": those that its plan draws


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker process.

    Its state: "starting" until its framework is imported, "busy" while it trains, "paused" while it waits for memory, "lost" while
    it is replaced.
    """

    framework: str
    status: Status
    pid: int | None
    host: str
    device: str  # "cpu", or the GPU's name; "" until known
    threads: int
    memory_mb: float | None  # resident, 10**6 bytes


@dataclass(frozen=True, slots=True)
class EngineState:
    """A summary of the engine's state."""

    kind: Kind
    address: str  # of the scheduler; "" where there is none
    workers: tuple[WorkerState, ...]
    waiting: int  # runs in the queue
    small: bool = False  # one worker, which holds one framework at a time
    worker_bytes: int | None = None  # memory that a worker may use; None: not known, or not the same for all


class Listener(Protocol):
    """Receives what an engine reports. All calls come from one thread of the engine and must not wait for it."""

    def started(self, run_id: str, machine: str) -> None:
        """A worker took the run; `machine` describes the machine it runs on."""
        ...

    def events(self, run_id: str, events: list[Event]) -> None:
        """New events of the run, in order, none left out."""
        ...

    def weights(self, run_id: str, content: bytes) -> None:
        """The final weights, an .npz file. They come just before RunEnded."""
        ...

    def failed(self, run_id: str, sentence: Sentence) -> None:
        """The run could not go on."""
        ...

    def ended_early(self, run_id: str, reason: Literal["stopped", "cut-off"]) -> None:
        """The engine ended the run by itself: it was still waiting, did not react to stop, or the engine closes."""
        ...


class Engine(Protocol):
    """Runs and interactive jobs. Every method may be called from any thread."""

    def listen(self, listener: Listener) -> None:
        """Report to `listener` from now on; must be called before the first run is submitted."""
        ...

    def admit(self, owner: str, start: str) -> None:
        """Raise EngineError, with the reason, if this owner may not queue another start now."""
        ...

    def submit(self, request: RunRequest) -> None:
        """Put a run at the end of the queue. Raises EngineError if the engine is closed."""
        ...

    def control(self, run_id: str, command: str, value: float | None = None) -> None:
        """Ask a run to pause, resume, step, look (record one step in detail), watch another image (`value`), stop, or change its
        learning_rate (`value`). Ignored if the run is over.

        A run that still waits in the queue is removed by stop; other commands are kept until it begins.
        """
        ...

    def position(self, run_id: str) -> int | None:
        """Return 0 for a run that a worker has, 1, 2, … for its place in the queue, None if it is over or unknown."""
        ...

    def line(self) -> tuple[list[str], list[str]]:
        """Return the ids of the runs that train, and of those that wait in the order of their turns."""
        ...

    def state(self) -> EngineState: ...

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        """Return what `function`, named "clsf.module:name", returns for `args` in that framework's worker.

        Answered even while the worker trains. Raises the ClsfError that the function raised; EngineError if it raised
        something else, if the worker was lost, or if it took longer than `timeout` seconds.
        """
        ...

    def call_apart(self, framework: str, function: str, *args: object, timeout: float = 300.0) -> object:
        """Do as `call` for a slow job: in a new process next to that framework's worker, which answers others meanwhile.

        Jobs of one worker run one after the other. The process imports the framework first, which takes seconds.
        """
        ...

    def wait_warm(self, timeout: float) -> bool:
        """Wait until every worker has imported its framework, at most `timeout` seconds. Return whether they have."""
        ...

    def close(self) -> None:
        """End every run as cut-off and every process that the engine started. May be called twice."""
        ...
