"""Writer: puts batches of statements into a database, in order; what can't be written now is kept and tried again."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence

from clsf.words import Sentence, say

logger = logging.getLogger("clsf.runs")

RETRY_SECONDS = 2.0

Statement = tuple[str, Sequence[object]]


class Writer:
    """Writes under `lock`, which guards the connection. A batch is one transaction: all of it is written or nothing."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock
        self._left: list[list[Statement]] = []
        self._timer: threading.Timer | None = None
        self._closed = False
        self.notice: Sentence | None = None

    def write(self, batch: list[Statement]) -> None:
        """Write a batch, or keep it and try again every RETRY_SECONDS; `notice` says so meanwhile."""
        with self._lock:
            self._left.append(batch)
            if self._timer is None:  # otherwise the disk is full or locked; not every event should wait for it
                self._try()

    def close(self) -> None:
        """Try a last time."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
                self._try()

    @property
    def left(self) -> list[Statement]:
        """Return what is still to be written."""
        return [statement for batch in self._left for statement in batch]

    def _try(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for batch in self._left:
                for sql, values in batch:
                    self._connection.execute(sql, values)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._fail(error)
            return
        self._left.clear()
        self.notice = None

    def _fail(self, error: sqlite3.Error) -> None:
        logger.warning("Runs could not be saved: %s", error)
        self.notice = say(
            "Runs can't be saved at the moment: {reason}. Training goes on, and saving is tried again every {seconds} seconds. "
            "Make room on the disk, or end the program that holds the file.",
            reason=str(error), seconds=f"{RETRY_SECONDS:g}",
        )  # fmt: skip
        if not self._closed:
            self._timer = threading.Timer(RETRY_SECONDS, self._again)
            self._timer.daemon = True
            self._timer.start()

    def _again(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._timer = None
            if self._left:
                self._try()
