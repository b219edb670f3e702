"""RunStore: every run, live or of last week, in one SQLite file that several processes may share.

What is live is folded in memory and written as it comes; a page never waits for the disk. Each run belongs to the
process that created it, which alone appends to it; the others read along.
"""

from __future__ import annotations

import io
import json
import logging
import math
import os
import platform
import sqlite3
import threading
import time
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clsf import FRAMEWORKS, __version__
from clsf.errors import ClsfError, StoreError
from clsf.events import Event, event_from_json, event_to_json
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs import process
from clsf.runs.database import home, open_database
from clsf.runs.history import KEPT_DAYS, History
from clsf.runs.record import OVER, RunRecord
from clsf.runs.summary import RunSummary, summary_of_record, summary_of_row
from clsf.runs.writer import Statement, Writer
from clsf.stopping import BEST
from clsf.words import Sentence

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger("clsf.runs")

CACHED = 50  # finished records kept in memory
GROUP_SECONDS = 1.0  # that it is remembered which runs belong together
FORGOTTEN_SECONDS = 3600.0
"""A live run of another machine that was silent for so long is taken for cut off; whether its process lives can't be seen."""

_INSERT_RUN = """
    INSERT INTO runs (run_id, group_id, framework, model, plan, model_name, data, planned_epochs, created, owner, race, host,
                      pid, process_started, program, machine, status, updated)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE_RUN = """
    UPDATE runs SET status = ?, updated = ?, machine = ?, versions = ?, parameters = ?, epochs = ?, seconds = ?,
                    images_per_second = ?, train_loss = ?, train_accuracy = ?, validation_loss = ?, validation_accuracy = ?
    WHERE run_id = ?"""
# A process that opens the store may mark a run as cut off at the same moment as another: the first one counts.
_INSERT_EVENT = "INSERT OR IGNORE INTO events (run_id, number, body) VALUES (?, ?, ?)"
_INSERT_WEIGHTS = "INSERT OR REPLACE INTO weights (run_id, body) VALUES (?, ?)"
_NOT_DELETED = "run_id NOT IN (SELECT run_id FROM marks WHERE deleted IS NOT NULL)"


class RunStore:
    """Thread-safe. Open it with `RunStore.open`."""

    def __init__(self, connection: sqlite3.Connection, notice: Sentence | None) -> None:
        self._connection = connection
        self._notice = notice
        self._lock = threading.RLock()
        self._writer = Writer(connection, self._lock)
        self._records: OrderedDict[str, RunRecord] = OrderedDict()  # least recently used first
        self._counts: dict[str, int] = {}  # events folded into a record
        self._own: set[str] = set()  # runs of this process
        self._groups: dict[str, tuple[float, list[str]]] = {}  # group -> when it was read, its runs
        self._unsaved_weights: dict[str, bytes] = {}
        self._callbacks: defaultdict[str, list[Callable[[Event], None]]] = defaultdict(list)
        self._process = process.this_process()
        self.history = History(self._select, self._writer, self._lock, self._forget)

    @classmethod
    def open(cls, folder: str | os.PathLike | None = None) -> RunStore:
        """Open the store in `folder` (default: CLSF_HOME, else the user's data folder).

        Live runs whose process is gone are marked as cut off. Raises StoreError if a newer program has made the store.
        """
        store = cls(*open_database(Path(folder) if folder is not None else home()))
        store._cut_off_orphans()
        store.history.purge(time.time() - KEPT_DAYS * 86_400)
        return store

    @property
    def notice(self) -> Sentence | None:
        """What the user should know about saving; None: all is well."""
        return self._writer.notice or self._notice

    def shrink(self) -> int:
        """Give the room of removed runs back to the disk; return how many bytes that were.

        Raises StoreError if the file can't be written now; it is then as it was.
        """
        with self._lock:
            before = self._bytes()
            try:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise StoreError(
                    "The file of saved runs could not be made smaller: {reason}. Try again when the dashboard is idle; it takes as "
                    "much free room on the disk as the file has.",
                    reason=str(error),
                ) from error
            return before - self._bytes()

    def close(self) -> None:
        """Write what is left and close the file."""
        with self._lock:
            self._writer.close()
            self._connection.close()

    # Writing: by the process that the run belongs to.

    def create(self, record: RunRecord) -> None:
        """Take in a new run. From now on this very object grows with its events."""
        with self._lock:
            self._records[record.run_id] = record
            self._counts[record.run_id] = 0
            self._own.add(record.run_id)
            self._groups.pop(record.group, None)
            program = json.dumps({"clsf": __version__, "Python": platform.python_version()})
            values = (
                record.run_id, record.group, record.framework, json.dumps(record.model.to_json()),
                json.dumps(record.plan.to_json()), record.model.name, record.plan.data, record.plan.epochs, record.created,
                record.owner, int(record.race), *self._process, program, record.machine, record.status, time.time(),
            )  # fmt: skip
            self._writer.write([(_INSERT_RUN, values)])

    def append(self, run_id: str, events: list[Event]) -> None:
        """Take in what a run says next. Raises StoreError if the run is unknown."""
        with self._lock:
            record = self.record(run_id)
            batch: list[Statement] = []
            for event in events:
                body = json.dumps(event_to_json(event), default=str, separators=(",", ":"))
                batch.append((_INSERT_EVENT, (run_id, self._counts[run_id], body)))
                self._counts[run_id] += 1
                record.fold(event)
            self._writer.write([*batch, _update(record)])
            if record.over:
                self._own.discard(run_id)
                self._trim()
            for callback in list(self._callbacks.get(run_id, ())):
                for event in events:
                    _called(callback, event)

    def started(self, run_id: str, machine: str) -> None:
        """Note that a worker took the run and what it runs on."""
        with self._lock:
            record = self.record(run_id)
            record.machine = machine
            if record.status == "queued":
                record.status = "preparing"
            record.version += 1
            self._writer.write([_update(record)])

    def set_status(self, run_id: str, status: str) -> None:
        """Set a status that no event tells."""
        with self._lock:
            record = self.record(run_id)
            record.status = status
            record.version += 1
            self._writer.write([_update(record)])

    def save_weights(self, run_id: str, content: bytes) -> None:
        """Keep the final weights, the bytes of an .npz file."""
        with self._lock:
            self._writer.write([(_INSERT_WEIGHTS, (run_id, content))])
            if self._writer.left:
                self._unsaved_weights[run_id] = content

    def end_early(self, run_id: str, reason: Literal["stopped", "cut-off"]) -> None:
        """Append the RunEnded of a run that can't say it itself any more."""
        with self._lock:
            self.append(run_id, [self.record(run_id).ended_early(reason)])

    # Reading.

    def record(self, run_id: str) -> RunRecord:
        """Return everything known of a run; the same object each time while it is live. Raises StoreError if unknown."""
        with self._lock:
            record = self._records.get(run_id)
            if record is None:
                record = self._records[run_id] = self._load(run_id)
                self._trim(but=run_id)
            elif run_id not in self._own and not record.over:
                self._read_along(record)
            self._records.move_to_end(run_id)
            return record

    def is_own(self, run_id: str) -> bool:
        """Return whether the run is live and belongs to this process."""
        return run_id in self._own

    def weights(self, run_id: str, best: bool = False) -> dict[str, np.ndarray]:
        """Return the final weights, or those of the best epoch that a checkpoint kept. Raises StoreError if there are none."""
        import numpy as np

        with self._lock:
            rows = self._select(f"SELECT body FROM weights WHERE run_id = ? AND {_NOT_DELETED}", (run_id,))  # noqa: S608
            content = rows[0]["body"] if rows else self._unsaved_weights.get(run_id)
        if content is None and self.record(run_id).over:
            raise StoreError(
                "The run {run_id} has no weights: it ended ({status}) before it could hand them over. Train again.",
                run_id=run_id, status=self.record(run_id).status,
            )  # fmt: skip
        if content is None:
            raise StoreError(
                "The run {run_id} has no weights: they are kept when a run ends. Wait for its end, or train again.",
                run_id=run_id,
            )
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                found = dict(arrays)
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            raise StoreError(
                "The weights of the run {run_id} can't be read: {reason}. Train again.", run_id=run_id, reason=str(error)
            ) from error
        if not best:
            return {name: array for name, array in found.items() if not name.startswith(BEST)}
        if not any(name.startswith(BEST) for name in found):
            raise StoreError(
                "The run {run_id} kept no weights of its best epoch. Train again with a checkpoint of the best epoch.",
                run_id=run_id,
            )
        return {name.removeprefix(BEST): array for name, array in found.items() if name.startswith(BEST)}

    def events(self, run_id: str) -> list[Event]:
        """Return all that a run has said, in order."""
        with self._lock:
            unsaved = [values[2] for sql, values in self._writer.left if sql == _INSERT_EVENT and values[0] == run_id]
            return self._events(run_id, 0) + [event_from_json(json.loads(body)) for body in unsaved]

    def runs(self, owner: str | None = None, limit: int = 100) -> list[RunSummary]:
        """Return the newest runs, newest first; of one owner if given."""
        with self._lock:
            rows = self._select(
                f"SELECT * FROM runs WHERE (? IS NULL OR owner = ?) AND {_NOT_DELETED} ORDER BY created DESC, rowid DESC LIMIT ?",  # noqa: S608
                (owner, owner, limit),
            )
            found = {row["run_id"]: summary_of_row(row) for row in rows}
            for run_id in self._own:  # fresher than the file, and perhaps not in it yet
                record = self._records[run_id]
                if run_id in found or owner in (None, record.owner):
                    found[run_id] = summary_of_record(record)
        newest = sorted(found.values(), key=lambda s: s.created, reverse=True)
        return newest[:limit]

    def group(self, group: str) -> list[str]:
        """Return the ids of the runs that were started together, in the order of FRAMEWORKS.

        What other programs did to them may be seen GROUP_SECONDS later, for a class that watches a run asks all the time.
        """
        with self._lock:
            now = time.monotonic()
            read, found = self._groups.get(group, (-math.inf, []))
            if now - read > GROUP_SECONDS:
                self._groups = {name: known for name, known in self._groups.items() if now - known[0] <= GROUP_SECONDS}
                found = self._read_group(group)
                self._groups[group] = now, found
            return list(found)

    def listen(self, run_id: str, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with each event of a run of this process: first those already said, then the next as they come.

        Return a function that ends it. The callback is called under the store's lock, so it must be quick.
        """
        with self._lock:
            for event in self.events(run_id):
                _called(callback, event)
            self._callbacks[run_id].append(callback)

        def stop() -> None:
            with self._lock:
                if callback in self._callbacks.get(run_id, ()):
                    self._callbacks[run_id].remove(callback)
                    if not self._callbacks[run_id]:
                        del self._callbacks[run_id]

        return stop

    # Inside.

    def _bytes(self) -> int:
        """Return how much room the file takes, with what SQLite keeps beside it."""
        path = self._connection.execute("PRAGMA database_list").fetchone()[2]
        files = [Path(path + end) for end in ("", "-wal")] if path else []
        return sum(file.stat().st_size for file in files if file.exists())

    def _select(self, sql: str, values: tuple) -> list[dict]:
        try:
            cursor = self._connection.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except sqlite3.Error as error:
            raise StoreError(
                "The saved runs can't be read: {reason}. Start the app again; a damaged file is then set aside.",
                reason=str(error),
            ) from error

    def _read_group(self, group: str) -> list[str]:
        sql = f"SELECT run_id, framework, created FROM runs WHERE group_id = ? AND {_NOT_DELETED}"  # noqa: S608
        found = {row["run_id"]: (row["framework"], row["created"]) for row in self._select(sql, (group,))}
        for record in self._records.values():
            if record.group == group and (record.run_id in self._own or self._writer.left):  # it may not be in the file yet
                found[record.run_id] = record.framework, record.created
        return sorted(found, key=lambda run_id: (FRAMEWORKS.index(found[run_id][0]), found[run_id][1]))

    def _events(self, run_id: str, first: int) -> list[Event]:
        sql = "SELECT body FROM events WHERE run_id = ? AND number >= ? ORDER BY number"
        return [event_from_json(json.loads(row["body"])) for row in self._select(sql, (run_id, first))]

    def _load(self, run_id: str) -> RunRecord:
        rows = self._select(f"SELECT * FROM runs WHERE run_id = ? AND {_NOT_DELETED}", (run_id,))  # noqa: S608
        if not rows:
            raise StoreError(
                "There is no run {run_id}. The link may be incomplete, or the run was made on another machine.",
                run_id=str(run_id)[:40],
            )
        row = rows[0]
        try:
            record = RunRecord(
                run_id=run_id,
                group=row["group_id"],
                framework=row["framework"],
                model=ModelSpec.from_json(json.loads(row["model"])),
                plan=Plan.from_json(json.loads(row["plan"])),
                created=row["created"],
                owner=row["owner"],
                race=bool(row["race"]),
                machine=row["machine"],
            )
            self._counts[run_id] = 0
            self._read_along(record)
        except ClsfError as error:
            raise _unreadable(run_id, error.sentence) from error
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(run_id, f"{type(error).__name__}: {error}") from error
        if not record.over:
            record.status = row["status"]
        return record

    def _read_along(self, record: RunRecord) -> None:
        """Fold what another process has written since the last time."""
        for event in self._events(record.run_id, self._counts[record.run_id]):
            record.fold(event)
            self._counts[record.run_id] += 1

    def _forget(self, run_ids: Iterable[str]) -> None:
        """Drop runs from memory that were deleted, or brought back."""
        self._groups.clear()
        for run_id in run_ids:
            self._records.pop(run_id, None)
            self._counts.pop(run_id, None)

    def hand_over(self, old: str, new: str) -> None:
        """Make all runs of one owner another's, live ones too; see `History.hand_over`."""
        with self._lock:
            self.history.hand_over(old, new)
            for record in self._records.values():
                if old and record.owner == old:
                    record.owner = new

    def _trim(self, but: str = "") -> None:
        if self._writer.left:  # memory is all there is of it
            return
        self._unsaved_weights.clear()
        done = [run_id for run_id, record in self._records.items() if record.over and run_id != but]
        for run_id in done[: max(len(done) - CACHED, 0)]:
            del self._records[run_id], self._counts[run_id]

    def _cut_off_orphans(self) -> None:
        with self._lock:
            marks = ", ".join("?" * len(OVER))
            rows = self._select(
                f"SELECT run_id, host, pid, process_started, updated FROM runs WHERE status NOT IN ({marks})",  # noqa: S608
                OVER,
            )
            for row in rows:
                if not _is_orphan(row, self._process[0]):
                    continue
                try:
                    self.end_early(row["run_id"], "cut-off")
                except StoreError as error:  # not even readable: then it is cut off without an event
                    logger.warning("%s", error)
                    self._writer.write([("UPDATE runs SET status = 'cut-off' WHERE run_id = ?", (row["run_id"],))])


def _called(callback: Callable[[Event], None], event: Event) -> None:
    try:
        callback(event)
    except Exception:
        logger.exception("A callback failed")


def _unreadable(run_id: str, problem: object) -> StoreError:
    return StoreError(
        "The run {run_id} can't be read: {problem} It may have been saved by another version of this program.",
        run_id=run_id, problem=problem,
    )  # fmt: skip


def _is_orphan(row: dict, host: str) -> bool:
    if row["host"] != host:
        return time.time() - row["updated"] > FORGOTTEN_SECONDS
    return not process.lives(row["pid"], row["process_started"])


def _update(record: RunRecord) -> Statement:
    s = summary_of_record(record)
    versions = json.dumps(record.started.versions if record.started else {})
    values = (
        s.status, time.time(), s.machine, versions, s.parameters, s.epochs, s.seconds, s.images_per_second, s.train_loss,
        s.train_accuracy, s.validation_loss, s.validation_accuracy, s.run_id,
    )  # fmt: skip
    return _UPDATE_RUN, values
