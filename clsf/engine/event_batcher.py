"""EventBatcher: collects a run's events on their way out of the worker, so that at most ten messages a second are sent."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable

from clsf.events import Event, event_to_text

logger = logging.getLogger("clsf.engine")

INTERVAL = 0.1
"""Seconds between messages: dask recommends no more than about ten a second (each passes through the scheduler, which
lives in the app's process), and the eye sees no more."""


class EventBatcher:
    """Takes events from any thread and sends them in that order, numbered from 1, from one thread of its own.

    The first event leaves at once; those that follow within INTERVAL leave together. Nothing stays longer than INTERVAL.
    """

    def __init__(self, send: Callable[[dict], None]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._events: list[str] = []
        self._closed = False
        self._messages = 0
        self.tally = Tally()
        self._thread = threading.Thread(target=self._run, name="clsf-event-batcher", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Take an event."""
        with self._changed:
            line = event_to_text(event)
            self._events.append(line)
            self.tally.add(line)
            self._changed.notify()

    def close(self) -> int:
        """Send what is left, wait until it is sent, and return how many messages there were."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        return self._messages

    def _run(self) -> None:
        sent = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._events or self._closed)
                if not self._closed:  # not waiting for the end of the interval would make ten small messages of one
                    self._changed.wait_for(lambda: self._closed, sent + INTERVAL - time.monotonic())
                events, self._events = self._events, []
                closed = self._closed
            if events:
                self._messages += 1
                try:
                    self._send({"number": self._messages, "events": "\n".join(events)})
                except Exception:
                    logger.exception("Message %d could not be sent", self._messages)
                sent = time.monotonic()
            if closed:
                return


class Tally:
    """The number of events and a hash of their content, in order: two equal tallies mean the same events."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, line: str) -> None:
        """Count an event, as JSON text."""
        self.count += 1
        self._hash.update(line.encode() + b"\n")

    def __str__(self) -> str:
        return f"{self.count}:{self._hash.hexdigest()[:16]}"
