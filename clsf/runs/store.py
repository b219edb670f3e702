"""RunStore: every run, live or old, in one SQLite file that several processes may share.

Live runs are kept in memory and written by a thread of their own as events come; a page never waits for the disk, and the
lock here guards memory only. Each run belongs to the process that created it, and only that process appends to it; the
others read it.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import os
import sqlite3
import threading
import time
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clsf import FRAMEWORKS
from clsf.errors import ClsfError, StoreError
from clsf.events import Event, ReadEvents, event_to_text
from clsf.runs import process, rows
from clsf.runs.beside import beside
from clsf.runs.database import NAME, Readers, home, open_file, open_memory
from clsf.runs.happened import Happened
from clsf.runs.history import KEPT_DAYS, RunHistory
from clsf.runs.planned import PlannedRuns
from clsf.runs.reached import Reached
from clsf.runs.record import OVER, STATUSES, RunRecord
from clsf.runs.rows import NOT_DELETED
from clsf.runs.summary import RunSummary, summary_of_record
from clsf.runs.writer import CLOSING_SECONDS, Batch, Writer
from clsf.stopping import BEST
from clsf.words import Sentence

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger("clsf.runs")

AT_ONCE = 1000  # events that are read at a time
CACHED = 50  # finished records kept in memory
GROUP_SECONDS = 1.0  # that it is remembered which runs belong together
FORGOTTEN_SECONDS = 3600.0
"""A live run of another machine that sent nothing for so long counts as cut off; whether its process lives can't be seen."""
REOPEN_SECONDS = 0.1  # that a file which could not be had is waited for at each further try

_TOLD = ("paused", "learning_rate_changed", "step_looked", "stopped_early", "weights_restored")
"""Starts of the events that say that a run differed from its plan."""


class RunStore:
    """Thread-safe. Open it with `RunStore.open`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notice: Sentence | None = None
        self._lock = threading.RLock()
        file = memory = trouble = None
        try:
            file, self._readers = self._reached()
        except (OSError, sqlite3.Error) as error:  # from now on it is asked for again and again
            trouble, memory = error, Readers([open_memory()])
            self._readers = memory
        self._writer = Writer(file, memory, trouble, str(folder), self._reopen, self._moved)
        self._coming: Readers | None = None  # of a file that what is in memory moves into
        self._records: OrderedDict[str, RunRecord] = OrderedDict()  # least recently used first
        self._counts: dict[str, int] = {}  # number of the next event of a record
        self._own: set[str] = set()  # live runs of this process
        self._written: dict[str, int] = {}  # run of this process -> number of the last batch that tells of it
        self._groups: dict[str, tuple[float, list[str]]] = {}  # group -> when it was read, its runs
        self._unsaved_weights: dict[str, tuple[int, bytes]] = {}  # run -> number of the batch, content
        self._forgotten = 0  # times that records were dropped because they changed in the file
        self._callbacks: defaultdict[str, list[Callable[[Event], None]]] = defaultdict(list)
        self._process = process.this_process()
        self._happened: dict[str, str] = {}  # live run -> what was written of it last
        self._planned = PlannedRuns()
        self.history = RunHistory(self._select, self._writer, self._forget, self._find_out, self._planned)
        self.reached = Reached(self._select, self._writer)
        if file is not None:
            self._tidy()

    @classmethod
    def open(cls, folder: str | os.PathLike | None = None) -> RunStore:
        """Open the store in `folder` (default: CLSF_HOME, else the user's data folder).

        Where the file can't be had, runs are kept in memory, and moved into the file as soon as it can. Live runs whose process
        is gone are marked as cut off. Raises StoreError if a newer program has made the store.
        """
        return cls(Path(folder) if folder is not None else home())

    @property
    def notice(self) -> Sentence | None:
        """A message for the user about saving; None: all is well."""
        return self._writer.notice or self._notice

    @property
    def trouble(self) -> Sentence | None:
        """Why runs can't be saved at the moment; None: they are."""
        return self._writer.notice

    def settle(self, seconds: float) -> bool:
        """Wait until everything so far is written, at most the given time, and not where the disk has trouble.

        Return whether it is.
        """
        return self._writer.settle(seconds)

    def shrink(self) -> int:
        """Give the space of removed runs back to the disk; return the number of bytes.

        Raises StoreError if the file can't be written now; it is then as it was.
        """
        before, path = self._bytes(), self._folder / NAME
        try:
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StoreError(
                "The file of saved runs could not be made smaller: {reason}. Try again when the dashboard is idle; it takes as "
                "much free room on the disk as the file has.",
                reason=str(error),
            ) from error
        return before - self._bytes()

    def close(self, patience: float = CLOSING_SECONDS) -> None:
        """Write the rest, waiting `patience` seconds for another program that holds the file, and close it."""
        self._writer.close(patience)
        self._readers.close()

    # Writing: by the process that the run belongs to.

    def create(self, record: RunRecord) -> None:
        """Add a new run. From now on this very object grows with its events."""
        with self._lock:
            self._records[record.run_id] = record
            self._counts[record.run_id] = 0
            self._own.add(record.run_id)
            self._groups.pop(record.group, None)
            self._write(record, [rows.insert_run(record, self._process)])

    def plan(self, record: RunRecord, experiment: str, arm: int) -> None:
        """Add a run of an experiment that waits: it is only in memory, and is put into the file as soon as it begins."""
        with self._lock:
            self._planned.add(record, experiment, arm)
            self._groups.pop(record.group, None)

    def give_up(self, run_id: str, event: Event) -> None:
        """End a run that was planned and will never begin; nothing of it is saved."""
        with self._lock:
            record = self._planned.give_up(run_id)
            record.fold(event)
            self._groups.pop(record.group, None)
            for callback in list(self._callbacks.get(run_id, ())):
                _called(callback, event)

    def append(self, run_id: str, events: list[Event]) -> None:
        """Add a run's next event. Raises StoreError if the run is unknown."""
        with self._lock:
            record = self._begun(run_id)
            batch: Batch = []
            lines = events.lines if isinstance(events, ReadEvents) else map(event_to_text, events)
            for event, line in zip(events, lines, strict=True):
                batch.append(rows.insert_event(run_id, self._counts[run_id], line))
                self._counts[run_id] += 1
                record.fold(event)
            if record.over:
                record.beside = beside(record, self._select, self._records.values())
            self._write(record, [*batch, rows.update_run(record), *self._news(record)])
            if record.over:
                self._own.discard(run_id)
                self._happened.pop(run_id, None)
                self._trim()
            for callback in list(self._callbacks.get(run_id, ())):
                for event in events:
                    _called(callback, event)

    def started(self, run_id: str, machine: str) -> None:
        """Note that a worker took the run, and its machine."""
        with self._lock:
            record = self._begun(run_id)
            record.machine = machine
            if record.status == "queued":
                record.status = "preparing"
            record.version += 1
            self._write(record, [rows.update_run(record)])

    def set_status(self, run_id: str, status: str) -> None:
        """Set a status that no event reports."""
        with self._lock:
            record = self.record(run_id)
            record.status = status
            record.version += 1
            self._write(record, [rows.update_run(record)])

    def save_weights(self, run_id: str, content: bytes) -> None:
        """Save the final weights, the bytes of an .npz file."""
        with self._lock:
            self._unsaved_weights[run_id] = self._writer.write([rows.insert_weights(run_id, content)]), content

    def end_early(self, run_id: str, reason: Literal["stopped", "cut-off"], moment: float | None = None) -> None:
        """Append the RunEnded of a run that can't report it itself any more; `moment`: the time of its last event, if not now."""
        with self._lock:
            ended = self.record(run_id).ended_early(reason, time.time() if moment is None else moment)
            if self._planned.waits(run_id):
                self.give_up(run_id, ended)
            else:
                self.append(run_id, [ended])

    # Reading.

    def record(self, run_id: str) -> RunRecord:
        """Return everything known about a run; the same object each time while it is live. Raises StoreError if unknown."""
        while True:
            with self._lock:
                planned = self._planned.record(run_id)
                if planned is not None:
                    return planned
                record, forgotten = self._records.get(run_id), self._forgotten
                if record is not None:
                    self._records.move_to_end(run_id)
                    if record.over or run_id in self._own:
                        return record
                    first = self._counts[run_id]
            # Without the lock, because a long history takes its time, and other threads have something else to read.
            if record is not None:
                self._fold(record, first, [numbered for part in self._parts(run_id, first) for numbered in part])
                return record
            record, count = self._load(run_id)
            with self._lock:
                if forgotten != self._forgotten:  # it may have been deleted meanwhile
                    continue
                if run_id not in self._records:
                    self._records[run_id], self._counts[run_id] = record, count
                    self._trim(but=run_id)
                return self._records[run_id]

    def is_own(self, run_id: str) -> bool:
        """Return whether the run is live, or waits, and belongs to this process."""
        return run_id in self._own or self._planned.waits(run_id)

    def weights(self, run_id: str, best: bool = False) -> dict[str, np.ndarray]:
        """Return the final weights, or those of the best epoch that a checkpoint saved. Raises StoreError if there are none."""
        import numpy as np

        with self._lock:
            _, content = self._unsaved_weights.get(run_id, (0, None))
        if content is None:
            held = self._select(f"SELECT body FROM weights WHERE run_id = ? AND {NOT_DELETED}", (run_id,))  # noqa: S608
            content = held[0]["body"] if held else None
        if content is None and (record := self.record(run_id)).over:
            raise StoreError(
                "The run {run_id} has no weights: it ended ({status}) before it could hand them over. Train again.",
                run_id=run_id, status=record.status,
            )  # fmt: skip
        if not isinstance(content, bytes):
            raise StoreError(
                "The run {run_id} has no weights: they are kept when a run ends. Wait for its end, or train again.",
                run_id=run_id,
            )
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                held = dict(arrays)
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            raise StoreError(
                "The weights of the run {run_id} can't be read: {reason}. Train again.", run_id=run_id, reason=str(error)
            ) from error
        if not best:
            return {name: array for name, array in held.items() if not name.startswith(BEST)}
        if not any(name.startswith(BEST) for name in held):
            raise StoreError(
                "The run {run_id} kept no weights of its best epoch. Train again with a checkpoint of the best epoch.",
                run_id=run_id,
            )
        return {name.removeprefix(BEST): array for name, array in held.items() if name.startswith(BEST)}

    def events(self, run_id: str) -> list[Event]:
        """Return all events of a run, in order."""
        return list(self.told(run_id))

    def told(self, run_id: str) -> Iterator[Event]:
        """Yield all events of a run, in order, reading AT_ONCE events at a time."""
        for part in self._parts(run_id, 0):
            yield from (event for _, event in part)

    def runs(self, owner: str | None = None, limit: int = 100) -> list[RunSummary]:
        """Return the newest runs, newest first; of one owner if given."""
        with self._lock:  # first, because anything written meanwhile is then in both
            fresh = {run_id: summary_of_record(self._records[run_id]) for run_id in self._unsettled()}
        listed = self._select(
            f"SELECT * FROM runs WHERE (? IS NULL OR owner = ?) AND {NOT_DELETED} ORDER BY created DESC, rowid DESC LIMIT ?",  # noqa: S608
            (owner, owner, limit),
        )
        summaries = {summary.run_id: summary for summary in rows.summaries(listed)}
        for run_id, summary in fresh.items():  # perhaps not in the file yet
            if run_id in summaries or owner in (None, summary.owner):
                summaries[run_id] = summary
        newest = sorted(summaries.values(), key=lambda s: s.created, reverse=True)
        return newest[:limit]

    def group(self, group: str) -> list[str]:
        """Return the ids of the runs that were started together, in the order of FRAMEWORKS.

        Changes by other programs may appear GROUP_SECONDS later, because a class that watches a run asks all the time.
        """
        now = time.monotonic()
        with self._lock:
            read, ids = self._groups.get(group, (-math.inf, []))
            if now - read <= GROUP_SECONDS:
                return list(ids)
            fresh, forgotten = self._fresh(group), self._forgotten
        ids = self._read_group(group, fresh)
        with self._lock:
            self._groups = {name: known for name, known in self._groups.items() if now - known[0] <= GROUP_SECONDS}
            if forgotten == self._forgotten and fresh.keys() == self._fresh(group).keys():  # else it is old already
                self._groups[group] = now, ids
        return list(ids)

    def listen(self, run_id: str, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` with each event of a run of this process: first the past ones, then each new one as it comes.

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

    def _reached(self, patience: float | None = None) -> tuple[sqlite3.Connection, Readers]:
        """Return a connection to the file for writing, and several for reading."""
        file, notice = open_file(self._folder) if patience is None else open_file(self._folder, patience)
        try:
            readers = Readers.of_file(self._folder / NAME)
        except BaseException:
            file.close()
            raise
        self._notice = notice or self._notice
        return file, readers

    def _reopen(self) -> sqlite3.Connection:
        if self._coming is not None:  # of a try that ended halfway
            self._coming.close()
            self._coming = None
        file, self._coming = self._reached(REOPEN_SECONDS)
        return file

    def _moved(self) -> None:
        """Read from the file from now on; what was in memory is in it."""
        memory, self._readers, self._coming = self._readers, self._coming, None
        with self._lock:
            self._forget(())
        memory.close()
        self._tidy()

    def _tidy(self) -> None:
        """Do what is due whenever a file was opened."""
        self._cut_off_orphans()
        self.history.purge(time.time() - KEPT_DAYS * 86_400)

    def _bytes(self) -> int:
        """Return the size of the file, with SQLite's other files."""
        files = [self._folder / (NAME + end) for end in ("", "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def _select(self, sql: str, values: tuple) -> list[dict]:
        while True:
            readers = self._readers
            try:
                with readers.lent() as connection:
                    cursor = connection.execute(sql, values)
                    names = [column[0] for column in cursor.description]
                    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            except sqlite3.Error as error:
                if readers is not self._readers:  # all has moved into the file meanwhile
                    continue
                raise StoreError(
                    "The saved runs can't be read: {reason}. Start the app again; a damaged file is then set aside.",
                    reason=str(error),
                ) from error
            except (ValueError, OverflowError) as error:  # what is asked for can't be in the file: half a letter, say
                raise StoreError("The saved runs can't be searched for that: {reason}.", reason=type(error).__name__) from error

    def _begun(self, run_id: str) -> RunRecord:
        """Return a run that has a new event; a planned one is created. Under the lock."""
        if self._planned.waits(run_id):
            record, experiment, arm = self._planned.place(run_id)
            self.create(record)
            self._planned.began(run_id, self.history.tie([run_id], experiment, arm))
        return self.record(run_id)

    def _write(self, record: RunRecord, batch: Batch) -> None:
        self._written[record.run_id] = self._writer.write(batch)

    def _unsettled(self) -> list[str]:
        """Return the runs of this process for which memory may be ahead of the file."""
        return [
            run_id
            for run_id, number in self._written.items()
            if run_id in self._records and (run_id in self._own or not self._writer.is_seen(number))
        ]

    def _fresh(self, group: str) -> dict[str, tuple[str, float]]:
        """Return run -> (framework, time) of a group's runs that may not be in the file yet."""
        records = [*(self._records[run_id] for run_id in self._unsettled()), *self._planned.group(group)]
        return {record.run_id: (record.framework, record.created) for record in records if record.group == group}

    def _read_group(self, group: str, fresh: dict[str, tuple[str, float]]) -> list[str]:
        sql = f"SELECT * FROM runs WHERE group_id = ? AND {NOT_DELETED}"  # noqa: S608
        members = {s.run_id: (s.framework, s.created) for s in rows.summaries(self._select(sql, (group,)))} | fresh
        return sorted(members, key=lambda run_id: (FRAMEWORKS.index(members[run_id][0]), members[run_id][1]))

    def _parts(self, run_id: str, first: int) -> Iterator[list[tuple[int, Event]]]:
        """Yield (number, event) from number `first` on, those that are not in the file yet too, AT_ONCE at a time.

        All events of a long history at once would be a million objects, and while Python's garbage collector goes through them no
        page is answered.
        """
        waiting = {
            values[1]: values[2]
            for sql, values in self._writer.waiting
            if rows.is_event(sql) and values[0] == run_id and values[1] >= first
        }
        sql = "SELECT number, body FROM events WHERE run_id = ? AND number >= ? ORDER BY number LIMIT ?"
        while True:
            parts = {row["number"]: row["body"] for row in self._select(sql, (run_id, first, AT_ONCE))}
            if len(parts) < AT_ONCE:
                break
            yield rows.events_of(run_id, sorted(parts.items()))
            first = max(parts) + 1
        parts |= {number: body for number, body in waiting.items() if number >= first}
        if parts:
            yield rows.events_of(run_id, sorted(parts.items()))

    def _load(self, run_id: str) -> tuple[RunRecord, int]:
        """Return a run from the file, and the number of its next event."""
        stored = self._select(f"SELECT * FROM runs WHERE run_id = ? AND {NOT_DELETED}", (run_id,))  # noqa: S608
        if not stored:
            raise StoreError(
                "There is no run {run_id}. The link may be incomplete, or the run was made on another machine.",
                run_id=str(run_id)[:40],
            )
        record, count = rows.record_of(stored[0]), 0
        for part in self._parts(run_id, 0):
            for number, event in part:
                _folded(record, event)
                count = number + 1
        if record.over:
            record.beside = beside(record, self._select)
        elif stored[0]["status"] in STATUSES:
            record.status = stored[0]["status"]
        return record, count

    def _fold(self, record: RunRecord, first: int, events: list[tuple[int, Event]]) -> None:
        """Add the events that another process has written, unless another thread just did."""
        with self._lock:
            if self._records.get(record.run_id) is not record or self._counts[record.run_id] != first:
                return
            for number, event in events:
                _folded(record, event)
                self._counts[record.run_id] = number + 1

    def _news(self, record: RunRecord) -> Batch:
        """Return what to write about what happened in a run, nothing if the file has it already."""
        progress = {} if record.over else {"steps": 0, "epochs": 0}  # it grows all the time, and stands elsewhere
        body = json.dumps(Happened.of(record).to_json() | progress)
        if self._happened.get(record.run_id) == body:
            return []
        self._happened[record.run_id] = body
        return [rows.insert_happened(record.run_id, body)]

    def _find_out(self, run_id: str) -> Happened:
        """Return what happened in a run of an older program, from its events, and write it down."""
        told = " OR ".join(f'body LIKE \'{{"event":"{name}"%\'' for name in _TOLD)
        try:
            if self._select(f"SELECT 1 AS one FROM events WHERE run_id = ? AND ({told}) LIMIT 1", (run_id,)):  # noqa: S608
                happened = Happened.of(self.record(run_id))
            else:  # most runs: nothing was done by hand, and thousands of steps need not be read for that
                row = self._select("SELECT epochs, planned_epochs, status, plan FROM runs WHERE run_id = ?", (run_id,))[0]
                plan = json.loads(row["plan"])
                happened = Happened(
                    epochs=row["epochs"], planned=row["planned_epochs"], end=row["status"],
                    looked_inside=bool(plan.get("look_inside")), begun_from=plan.get("begin_from"),
                    epochs_before=plan.get("epochs_before", 0),
                )  # fmt: skip
        except (ClsfError, TypeError, ValueError, LookupError, AttributeError) as error:  # unreadable: listed as planned
            logger.warning("%s", error)
            return Happened()
        self._writer.write([rows.insert_happened(run_id, json.dumps(happened.to_json()))])
        return happened

    def _forget(self, run_ids: Iterable[str]) -> None:
        """Drop runs from memory that were deleted, or brought back."""
        with self._lock:
            self._forgotten += 1
            self._groups.clear()
            for run_id in run_ids:
                for known in (self._records, self._counts, self._written, self._unsaved_weights):
                    known.pop(run_id, None)

    def hand_over(self, old: str, new: str) -> None:
        """Give all runs of one owner to another, live ones too; see `RunHistory.hand_over`."""
        self.history.hand_over(old, new)
        self._planned.hand_over(old, new)
        with self._lock:
            for record in self._records.values():
                if old and record.owner == old:
                    record.owner = new

    def _trim(self, but: str = "") -> None:
        """Drop from memory what is in the file, except the last CACHED records."""
        seen = self._writer.is_seen
        self._unsaved_weights = {name: kept for name, kept in self._unsaved_weights.items() if not seen(kept[0])}
        done = [
            run_id
            for run_id, record in self._records.items()
            if record.over and run_id != but and seen(self._written.get(run_id, 0))
        ]
        for run_id in done[: max(len(done) - CACHED, 0)]:
            del self._records[run_id], self._counts[run_id]
            self._written.pop(run_id, None)

    def _cut_off_orphans(self) -> None:
        marks = ", ".join("?" * len(OVER))
        orphans = self._select(
            f"SELECT run_id, host, pid, process_started, updated FROM runs WHERE status NOT IN ({marks})",  # noqa: S608
            OVER,
        )
        for row in orphans:
            try:
                if row["run_id"] not in self._own and _is_orphan(row, self._process[0]):
                    self.end_early(row["run_id"], "cut-off", row["updated"])
            except (StoreError, TypeError, ValueError, OverflowError) as error:  # not readable: cut off without an event
                logger.warning("%s", error)
                self._writer.write([("UPDATE runs SET status = 'cut-off' WHERE run_id = ?", (row["run_id"],))])


def _called(callback: Callable[[Event], None], event: Event) -> None:
    try:
        callback(event)
    except Exception:
        logger.exception("A callback failed")


def _folded(record: RunRecord, event: Event) -> None:
    try:
        record.fold(event)
    except (TypeError, ValueError, ZeroDivisionError, AttributeError) as error:  # its numbers are none
        raise rows.unreadable(record.run_id, f"{type(error).__name__}: {error}") from error


def _is_orphan(row: dict, host: str) -> bool:
    if row["host"] != host:
        return time.time() - row["updated"] > FORGOTTEN_SECONDS
    return not process.lives(row["pid"], row["process_started"])
