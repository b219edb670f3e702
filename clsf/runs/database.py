"""The SQLite file that holds runs: opened, created, and set aside if it can't be read. Knows tables, not runs.

One connection writes (`open_file`), and several others read at the same time (`Readers`): with a write-ahead log neither
waits for the other.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from clsf.data import temporary
from clsf.errors import StoreError
from clsf.settings import folder as folder_in
from clsf.words import Sentence, say

NAME = "runs.sqlite"
VERSION = 2  # of the tables, kept in the file; 2 added marks and experiments, and changed nothing that was there
BUSY_SECONDS = 1.0  # that a write waits for another process, before it is tried again later
READING = 4  # connections that read at the same time
CHECKED = 256 * 2**20  # bytes; a larger file is not read through when it is opened (0.4 s per 100 MB)

TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL,
    framework TEXT NOT NULL,
    model TEXT NOT NULL,            -- ModelSpec JSON
    plan TEXT NOT NULL,             -- Plan JSON
    model_name TEXT NOT NULL,       -- from here to planned_epochs: of the above, for lists
    data TEXT NOT NULL,
    planned_epochs INTEGER NOT NULL,
    created REAL NOT NULL,          -- Unix time
    owner TEXT NOT NULL,
    race INTEGER NOT NULL,
    host TEXT NOT NULL,             -- of the process that looks after the run
    pid INTEGER NOT NULL,
    process_started REAL NOT NULL,  -- see clsf.runs.process; with pid it names a process that has no successor
    program TEXT NOT NULL,          -- JSON: versions of Python and of this program
    machine TEXT NOT NULL DEFAULT '',
    versions TEXT NOT NULL DEFAULT '{}',  -- JSON: of the framework, once the run has started
    status TEXT NOT NULL,
    updated REAL NOT NULL,          -- Unix time
    parameters INTEGER,
    epochs INTEGER NOT NULL DEFAULT 0,    -- whole ones done
    seconds REAL,
    images_per_second REAL,
    train_loss REAL,
    train_accuracy REAL,
    validation_loss REAL,
    validation_accuracy REAL
);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (created);
CREATE INDEX IF NOT EXISTS runs_by_group ON runs (group_id);
CREATE INDEX IF NOT EXISTS runs_by_owner ON runs (owner, created);
CREATE TABLE IF NOT EXISTS marks (  -- what was added to a run afterwards, by its owner
    run_id TEXT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',  -- each between line breaks
    experiment TEXT NOT NULL DEFAULT '',
    arm INTEGER NOT NULL DEFAULT 0, -- place in the experiment
    deleted REAL                    -- Unix time; NULL: it is there
);
CREATE INDEX IF NOT EXISTS marks_by_experiment ON marks (experiment);
CREATE INDEX IF NOT EXISTS marks_by_deletion ON marks (deleted) WHERE deleted IS NOT NULL;
CREATE TABLE IF NOT EXISTS experiments (
    experiment_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    created REAL NOT NULL,          -- Unix time
    body TEXT NOT NULL              -- JSON: what was varied, and what each place is called
);
CREATE INDEX IF NOT EXISTS experiments_by_owner ON experiments (owner, created);
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,        -- from 0 in each run
    body TEXT NOT NULL,             -- event JSON
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS happened (  -- what a run was beyond its plan; missing for runs of an older program until they are listed
    run_id TEXT PRIMARY KEY,
    body TEXT NOT NULL              -- JSON of clsf.runs.happened.Happened
);
CREATE TABLE IF NOT EXISTS progress (  -- what a student has reached, one thing a row, so that two windows don't undo each other
    owner TEXT NOT NULL,
    part TEXT NOT NULL,             -- of the program, such as lesson or buglab
    name TEXT NOT NULL,             -- of the thing in that part
    updated REAL NOT NULL,          -- Unix time
    body TEXT NOT NULL,             -- JSON object
    PRIMARY KEY (owner, part, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS weights (
    run_id TEXT PRIMARY KEY,
    body BLOB NOT NULL              -- .npz
);
"""


def home() -> Path:
    """Return the folder that runs are kept in: CLSF_HOME, else the user's data folder."""
    if chosen := folder_in("CLSF_HOME"):
        return chosen
    from platformdirs import user_data_path

    return user_data_path("clsf")


def open_file(folder: Path, patience: float = BUSY_SECONDS) -> tuple[sqlite3.Connection, Sentence | None]:
    """Open or create the database in `folder`, for writing. Return it, and a message for the user about it.

    `patience`: seconds to wait for another program that holds the file.

    A file that is not a readable database of ours is set aside. Raises OSError or sqlite3.Error if the file can't be opened now
    (locked, no permission, full disk), StoreError if a newer program has made it.
    """
    path = folder / NAME
    try:
        temporary.private_folder(folder)
        temporary.tighten(folder, (f"{NAME}*",))
        path.touch(mode=0o600)  # SQLite gives its other files the same permissions
        return _opened(path, patience), None
    except sqlite3.OperationalError:  # locked, no permission, disk full: the file itself may be in order
        raise
    except sqlite3.DatabaseError as error:
        aside = _set_aside(path)
        return _opened(path, patience), say(
            "The file of saved runs could not be read ({reason}). It was set aside as {name}, and a new one was begun.",
            reason=str(error), name=aside.name,
        )  # fmt: skip


def open_memory() -> sqlite3.Connection:
    """Return an empty database that lives as long as the connection."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.text_factory = _text
    connection.executescript(TABLES)
    return connection


class Readers:
    """Connections to read with, each lent to one thread at a time.

    All are opened at once, so that they keep reading the same file even if it is removed.
    """

    def __init__(self, connections: list[sqlite3.Connection]) -> None:
        self._all = connections
        self._free: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()  # None: closed
        for connection in connections:
            self._free.put(connection)

    @classmethod
    def of_file(cls, path: Path) -> Readers:
        """Return READING connections to a file. Raises sqlite3.Error if it can't be read."""
        connections: list[sqlite3.Connection] = []
        try:
            for _ in range(READING):
                connections.append(sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None))
                connections[-1].text_factory = _text
                connections[-1].execute("PRAGMA query_only = ON")
                connections[-1].execute("PRAGMA temp_store = MEMORY")  # so that no list waits for the disk
                connections[-1].execute("SELECT 1 FROM runs LIMIT 1").fetchone()
        except BaseException:
            for connection in connections:
                connection.close()
            raise
        return cls(connections)

    @contextlib.contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection, waiting for one that is free. Raises sqlite3.ProgrammingError once they are closed."""
        connection = self._free.get()
        try:
            if connection is None:
                raise sqlite3.ProgrammingError("the file is closed")
            yield connection
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Close all, each as soon as no thread reads with it any more."""
        while self._all:
            connection = self._free.get()
            self._all.remove(connection)
            connection.close()
        self._free.put(None)


def _text(content: bytes) -> str:
    """Return the file's text; bytes that are not UTF-8 cost a few letters, not the whole list that contains them."""
    return content.decode("utf-8", "replace")


def _opened(path: Path, patience: float) -> sqlite3.Connection:
    # Used by the writer's thread, but opened by another; isolation_level None: transactions begin where we say.
    connection = sqlite3.connect(path, timeout=patience, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")  # readers and one writer don't wait for each other
        connection.execute("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may lose the last moments, not the file
        if path.stat().st_size <= CHECKED:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise sqlite3.DatabaseError(answer)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StoreError(
                "The runs in {path} were saved by a newer program (version {theirs}; this one reads {ours}). Update this "
                "program, or set CLSF_HOME to another folder.",
                path=str(path), theirs=version, ours=VERSION,
            )  # fmt: skip
        if version and not _columns(connection, "runs"):  # its name is damaged; a new table would hide the old one
            raise sqlite3.DatabaseError("the table runs is missing")
        missing = [table for table in _ours() if not _columns(connection, table)]
        for table, columns in _ours().items():
            if table not in missing and not columns <= _columns(connection, table):  # SQLite itself checks no names
                raise sqlite3.DatabaseError(f"the table {table} is not as it was made")
        if version < VERSION or missing:  # nothing is written where nothing is missing: the disk may be full
            connection.executescript(TABLES)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _ours() -> dict[str, set[tuple[str, int]]]:
    """Return table -> its columns, as this program makes them."""
    with contextlib.closing(open_memory()) as ours:
        tables = [row[0] for row in ours.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _columns(ours, table) for table in tables}


def _columns(connection: sqlite3.Connection, table: str) -> set[tuple[str, int]]:
    """Return (name, place in the primary key or 0) of a table's columns."""
    return {(row[1], row[5]) for row in connection.execute(f"PRAGMA table_info({table})")}


def _set_aside(path: Path) -> Path:
    """Rename the file, and SQLite's two other files, so that it is neither used nor lost."""
    aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    path.rename(aside)
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    return aside
