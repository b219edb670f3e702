"""Writer: the thread that puts batches of statements into the database, in order, so that no other thread waits for the disk.

Batches that can't be written now are kept and tried again. Where there is no file yet (locked, no room, no permission), batches
go into a database in memory, which serves all reads meanwhile, and into the file as soon as it can be opened.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from clsf.errors import ClsfError, StoreError
from clsf.runs.database import Readers
from clsf.words import Sentence, say

logger = logging.getLogger("clsf.runs")

RETRY_SECONDS = 2.0
CLOSING_SECONDS = 30.0  # that the end waits for another program which holds the file
PATIENCE = 0.05  # seconds that a reader waits for what was just written, where the disk is as quick as that

Statement = tuple[str, Sequence[object]]
Batch = list[Statement]

_FILE_FAULTS = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_SCHEMA,
}  # fmt: skip
"""Error codes about the file or the disk; any other error is the fault of the batch that caused it."""


class Writer:
    """Thread-safe. A batch is written whole or not at all; one that can't be written by its own fault is left out.

    `file` is None where it can't be opened now because of `trouble`; then `reopen` is called again and again to open it, and
    `moved` is called when everything in `memory` is in the file.
    """

    def __init__(
        self,
        file: sqlite3.Connection | None,
        memory: Readers | None,
        trouble: Exception | None,
        where: str,
        reopen: Callable[[], sqlite3.Connection],
        moved: Callable[[], None],
    ) -> None:
        self._file, self._memory, self._trouble, self._where = file, memory, trouble, where
        self._reopen, self._moved = reopen, moved
        self._news = threading.Condition()
        self._waiting: deque[Batch] = deque()  # that no reader sees yet
        self._in_memory: list[Batch] = []  # that readers see, but which are not in the file
        self._done = 0  # batches that readers see
        self._refused: dict[int, Exception] = {}  # number of a batch -> why it was left out
        self._took = 0.0  # seconds of the last transaction
        self._next_try = time.monotonic() + RETRY_SECONDS if trouble else 0.0
        self._closing_until: float | None = None
        self._tried_last = False
        self._thread: threading.Thread | None = None
        if file is None:
            self._start()

    # For threads that write.

    def write(self, batch: Batch) -> int:
        """Queue a batch for writing. Return its number."""
        with self._news:
            self._waiting.append(batch)
            self._start()
            self._news.notify_all()
            return self._done + len(self._waiting)

    def settle(self, seconds: float | None = None, number: int | None = None) -> bool:
        """Wait until batches up to `number` (default: all so far) are seen by readers, but not where the disk has trouble.

        `seconds` None: as long as a reader can wait, which is not at all with a slow disk. Return whether they are seen.
        """
        with self._news:
            number = self._done + len(self._waiting) if number is None else number
            if seconds is None:
                seconds = 0.0 if self._took > PATIENCE else PATIENCE
            self._news.wait_for(lambda: self._done >= number or (self._trouble and self._file is not None), seconds)
            return self._done >= number

    def require(self, number: int, seconds: float) -> None:
        """Wait for a batch as `settle` does. Raises StoreError if it was left out by its own fault."""
        self.settle(seconds, number)
        with self._news:
            refused = self._refused.pop(number, None)
        if refused is not None:
            raise StoreError(
                "This could not be saved: {reason}. Change what was typed, and try again.", reason=_reason(refused)
            )

    @property
    def seen(self) -> int:
        """Return the number of the last batch that readers see."""
        return self._done

    def is_seen(self, number: int) -> bool:
        """Return whether readers see a batch."""
        return self._done >= number

    @property
    def waiting(self) -> list[Statement]:
        """Return what readers don't see yet."""
        with self._news:
            return [statement for batch in self._waiting for statement in batch]

    @property
    def notice(self) -> Sentence | None:
        """A message for the user while something can't be saved."""
        with self._news:
            trouble, has_file = self._trouble, self._file is not None
        if trouble is None:
            return None
        if isinstance(trouble, ClsfError):
            return trouble.sentence
        if has_file:
            return say(
                "Runs can't be saved at the moment: {reason}. Training goes on, and saving is tried again every {seconds} seconds. "
                "Make room on the disk, or end the program that holds the file.",
                reason=str(trouble), seconds=f"{RETRY_SECONDS:g}",
            )  # fmt: skip
        return say(
            "Runs can't be saved in {folder}: {reason}. They are kept until the app ends, and saving is tried again every {seconds} "
            "seconds; earlier runs are not listed meanwhile. Make room on the disk, end the program that holds the file, or set "
            "CLSF_HOME to a folder that can be written.",
            folder=self._where, reason=str(trouble), seconds=f"{RETRY_SECONDS:g}",
        )  # fmt: skip

    def close(self, patience: float = CLOSING_SECONDS) -> None:
        """Write the rest, waiting `patience` seconds for another program that holds the file, and end. May be called twice."""
        with self._news:
            self._closing_until = time.monotonic() + patience
            self._tried_last = self._tried_last or not patience
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()
        left = len(self._waiting) + len(self._in_memory)
        if left:
            logger.error("The last %d records of runs could not be saved: %s", left, self._trouble)
        if self._file is not None:
            self._file.close()

    # Called by the thread.

    def _start(self) -> None:
        """Start the thread, when the first batch is queued."""
        if self._thread is None and self._closing_until is None:
            self._thread = threading.Thread(target=self._work, name="clsf-runs-writer", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while self._await_turn():
            try:
                if self._file is None and time.monotonic() >= self._next_try:
                    self._reach_file()
                self._turn()
            except Exception as error:  # this thread is all that saves runs: it goes on, whatever it was
                logger.exception("Runs could not be saved")
                self._fail(error)

    def _await_turn(self) -> bool:
        """Wait for something to do. Return False at the end."""
        with self._news:
            while True:
                now = time.monotonic()
                if self._closing_until is not None:
                    if not self._waiting and not self._in_memory:
                        return False
                    if now > self._closing_until or (self._trouble and not _will_pass(self._trouble)):
                        if self._tried_last:
                            return False
                        self._tried_last, self._next_try = True, 0.0  # even where it seems hopeless
                        return True
                if now >= self._next_try and (self._trouble or self._waiting):
                    return True
                if self._waiting and self._file is None:  # memory has no trouble
                    return True
                self._news.wait(self._next_try - now if self._trouble else None)

    def _reach_file(self) -> None:
        """Open the file, and copy into it what is in memory."""
        file = None
        try:
            file = self._reopen()
            refused = _put(file, self._in_memory)
        except (OSError, sqlite3.Error, ClsfError) as error:
            if file is not None:
                file.close()
            self._fail(error)
            return
        with self._news:
            self._file, self._in_memory, self._trouble, self._next_try = file, [], None, 0.0
            self._news.notify_all()
        for error in refused.values():
            logger.error("A record could not be moved into the file: %s", error)
        logger.warning("Runs are saved in %s again", self._where)
        self._moved()

    def _turn(self) -> None:
        with self._news:
            batches, first = list(self._waiting), self._done + 1
            if not batches:
                return
        began = time.monotonic()
        try:
            if self._file is not None:
                refused = _put(self._file, batches)
            else:
                with self._memory.lent() as connection:
                    refused = _put(connection, batches)
        except sqlite3.Error as error:
            self._fail(error)
            return
        for place, error in refused.items():
            logger.error(
                "A record could not be saved and is left out: %s: %s", batches[place][0][0].split("(")[0].strip(), error
            )
        with self._news:
            for _ in batches:
                self._waiting.popleft()
            self._done += len(batches)
            self._refused |= {first + place: error for place, error in refused.items()}
            while len(self._refused) > 100:  # those that were never asked about
                del self._refused[next(iter(self._refused))]
            if self._file is None:
                self._in_memory += batches
            else:
                self._trouble, self._next_try = None, 0.0
            self._took = time.monotonic() - began
            self._news.notify_all()

    def _fail(self, error: Exception) -> None:
        if str(error) != str(self._trouble):
            logger.warning("Runs could not be saved: %s", error)
        with self._news:
            self._trouble = error
            self._next_try = time.monotonic() + RETRY_SECONDS
            self._news.notify_all()


def _put(connection: sqlite3.Connection, batches: Sequence[Batch]) -> dict[int, Exception]:
    """Write batches in one transaction. Return those that were left out by their own fault: place -> error.

    Raises sqlite3.Error, and has written nothing, if the file can't be written now.
    """
    refused: dict[int, Exception] = {}
    try:
        connection.execute("BEGIN IMMEDIATE")
        for place, batch in enumerate(batches):
            connection.execute("SAVEPOINT batch")
            try:
                for sql, values in batch:
                    connection.execute(sql, values)
            except Exception as error:
                if _is_file_fault(error) or not connection.in_transaction:
                    raise
                refused[place] = error
                connection.execute("ROLLBACK TO batch")
            connection.execute("RELEASE batch")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return refused


def _is_file_fault(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _FILE_FAULTS


def _will_pass(error: Exception | None) -> bool:
    """Return whether another program holds the file, which is over in a moment."""
    return _is_file_fault(error) and error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, sqlite3.Error) else f"{type(error).__name__}"
