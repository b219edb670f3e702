"""Running: the engine's record of a run until it is over, and the order in which its messages are delivered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clsf.engine import queue
from clsf.engine.base import RunRequest
from clsf.engine.event_batcher import Tally
from clsf.events import BatchesEnded, Event, Paused, ReadEvents, Resumed


@dataclass(eq=False)
class Running:
    """A run from submission to its end."""

    request: RunRequest
    commands: list[tuple[str, float | None]] = field(default_factory=list)  # not yet sent to a worker
    future: Any = None  # dask's, once it is sent
    tries: int = 0  # times it was sent
    attempt: str = ""  # the worker's name for this try, once it has begun
    meant_for: str = ""  # address of the worker that it was sent to
    address: str = ""  # of the worker that has it
    pid: int | None = None
    stop_by: float | None = None  # monotonic; asked to stop, and when patience ends unless it has learned something
    stop_at_once: bool = False  # asked again after that
    learned: bool = False  # whether it has taken a step
    began: float | None = None  # monotonic; when a worker took it
    time_is_up: bool = False  # it was stopped for having taken longer than is allowed
    paused_since: float | None = None  # monotonic
    tally: Tally = field(default_factory=Tally)  # of what was delivered
    result: dict | None = None  # of `work.carry_out`, once it is there
    _next: int = 1  # number of the message to deliver next
    _early: dict[int, str] = field(default_factory=dict)  # messages that overtook another

    @property
    def run_id(self) -> str:
        return self.request.run_id

    @property
    def framework(self) -> str:
        return self.request.framework

    @property
    def entry(self) -> queue.QueueEntry:
        r = self.request
        return queue.QueueEntry(r.run_id, r.framework, r.group, r.race, r.owner, r.start)

    @property
    def complete(self) -> bool:
        """Whether the result is there and every message before it was delivered."""
        return self.result is not None and self._next > self.result["messages"]

    def take(self, number: int, events: str) -> Iterator[list[Event]]:
        """Take a message (a line of JSON text for each event) and yield those that are next in order."""
        self._early[number] = events
        while self._next in self._early:
            yield self._read(self._next)
            self._next += 1

    def rest(self) -> Iterator[list[Event]]:
        """Yield the remaining messages, in order, although one before them is missing."""
        for number in sorted(self._early):
            yield self._read(number)

    def _read(self, number: int) -> ReadEvents:
        events = ReadEvents(self._early.pop(number).split("\n"))
        for line in events.lines:
            self.tally.add(line)
        for event in events:
            self.learned = self.learned or isinstance(event, BatchesEnded)
            if isinstance(event, Paused):
                self.paused_since = time.monotonic()
            elif isinstance(event, Resumed):
                self.paused_since = None
        return events
