"""The SQLite file that runs are kept in: opened, made, and set aside if it can't be read. Knows tables, not runs."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from clsf.data import temporary
from clsf.errors import StoreError
from clsf.words import Sentence, say

NAME = "runs.sqlite"
VERSION = 2  # of the tables, kept in the file; 2 added marks and experiments, and changed nothing that was there
BUSY_SECONDS = 1.0  # that a write waits for another process, before it is tried again later
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
CREATE TABLE IF NOT EXISTS weights (
    run_id TEXT PRIMARY KEY,
    body BLOB NOT NULL              -- .npz
);
"""


def home() -> Path:
    """Return the folder that runs are kept in: CLSF_HOME, else the user's data folder."""
    from platformdirs import user_data_dir

    return Path(os.environ.get("CLSF_HOME", "").strip() or user_data_dir("clsf"))


def open_database(folder: Path) -> tuple[sqlite3.Connection, Sentence | None]:
    """Open or make the database in `folder`. Return it, and what the user should know about it.

    A file that is not a readable database is set aside. Where the folder can't be written, the database lives in memory.
    Raises StoreError if a newer program has made it.
    """
    path = folder / NAME
    try:
        temporary.private_folder(folder)
        temporary.tighten(folder, (f"{NAME}*",))
        path.touch(mode=0o600)  # SQLite gives the files beside it the same permissions
        try:
            return _opened(path), None
        except sqlite3.OperationalError:  # locked, no permission, disk full: the file itself may be in order
            raise
        except sqlite3.DatabaseError as error:
            aside = _set_aside(path)
            return _opened(path), say(
                "The file of saved runs could not be read ({reason}). It was set aside as {name}, and a new one was begun.",
                reason=str(error), name=aside.name,
            )  # fmt: skip
    except (OSError, sqlite3.Error) as error:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        connection.executescript(TABLES)
        return connection, say(
            "Runs can't be saved in {folder}: {reason}. They are kept until the app ends. Set CLSF_HOME to a folder that can be "
            "written.",
            folder=str(folder), reason=str(error),
        )  # fmt: skip


def _opened(path: Path) -> sqlite3.Connection:
    # Other threads use it too, one at a time; isolation_level None: transactions begin where we say.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")  # readers and one writer don't wait for each other
        connection.execute("PRAGMA synchronous = NORMAL")  # with WAL: a power cut may lose the last moments, not the file
        if path.stat().st_size <= CHECKED:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(found)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StoreError(
                "The runs in {path} were saved by a newer program (version {theirs}; this one reads {ours}). Update this "
                "program, or set CLSF_HOME to another folder.",
                path=str(path), theirs=version, ours=VERSION,
            )  # fmt: skip
        connection.executescript(TABLES)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _set_aside(path: Path) -> Path:
    """Rename the file, and SQLite's two beside it, so that it is neither used nor lost."""
    aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    path.rename(aside)
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    return aside
