"""Exported files, made once: a second request gets the finished file, or waits for the export in progress."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from typing import Protocol

from clsf.data import access, private
from clsf.predict.asking import AskingService as AskedService
from clsf.predict.asking import plain_arrays, request_of
from clsf.predict.exporting import SLOW
from clsf.runs.record import RunRecord

EXPORT = "clsf.predict.exporting:export"
SECONDS = 120.0  # time limit of a quick kind of file
SLOW_SECONDS = 1800.0  # the same for a slow kind: an exporter is imported first, and others may be before it

MOST_BYTES = 200_000_000  # of all stored files; the least recently requested are removed first


class ExportingService(AskedService, Protocol):
    """The methods needed from `clsf.training_service.TrainingService`."""

    def call_apart(self, framework: str, function: str, *args: object, timeout: float = ...) -> object: ...


class Exports:
    """The files of this process by run and kind. Thread-safe. A run's model never changes, so its files don't either."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._making: dict[tuple[str, str], tuple[float, Future]] = {}  # start time (monotonic)

    def get(self, service: ExportingService, record: RunRecord, kind: str) -> bytes:
        """Return the file; if needed it is made now, in a thread that continues even if a reader stops waiting.

        Raises DataError if the reader may not see the run's images, and any error of the export; the next call tries again.
        """
        private.require((request_of(record),))
        key = record.run_id, kind
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            if key not in self._making:
                self._making[key] = time.monotonic(), Future()
                threading.Thread(
                    target=access.carried(self._make), args=(service, record, kind), name=f"clsf-export-{kind}", daemon=True
                ).start()
            future = self._making[key][1]
        return future.result()

    def making(self, run_id: str) -> dict[str, float]:
        """Return the kinds of a run's files that are being made, and for how many seconds."""
        with self._lock:
            return {kind: time.monotonic() - since for (of, kind), (since, _) in self._making.items() if of == run_id}

    def made(self, run_id: str) -> list[str]:
        """Return the kinds of a run's files that are stored."""
        with self._lock:
            return [kind for of, kind in self._made if of == run_id]

    def _make(self, service: ExportingService, record: RunRecord, kind: str) -> None:
        key = record.run_id, kind
        try:
            call, seconds = (service.call_apart, SLOW_SECONDS) if kind in SLOW else (service.call, SECONDS)
            weights = plain_arrays(service.weights(record.run_id))
            content = call(record.framework, EXPORT, request_of(record), weights, kind, timeout=seconds)
        except BaseException as error:
            with self._lock:
                _, future = self._making.pop(key)
            future.set_exception(error)
            return
        with self._lock:
            self._made[key] = content
            while len(self._made) > 1 and sum(map(len, self._made.values())) > self._most_bytes:
                self._made.popitem(last=False)
            _, future = self._making.pop(key)
        future.set_result(content)
