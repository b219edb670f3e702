"""Converts a run to rows of the file and back. One bad row costs one run, never a list."""

from __future__ import annotations

import json
import logging
import math
import platform
import time
from collections.abc import Iterable

from clsf import FRAMEWORKS, __version__
from clsf.errors import ClsfError, StoreError
from clsf.events import Event, event_from_json
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.runs.summary import RunSummary, summary_of_record, summary_of_row
from clsf.runs.writer import Statement

logger = logging.getLogger("clsf.runs")

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
_INSERT_HAPPENED = "INSERT OR REPLACE INTO happened (run_id, body) VALUES (?, ?)"
_INSERT_WEIGHTS = "INSERT OR REPLACE INTO weights (run_id, body) VALUES (?, ?)"

NOT_DELETED = "run_id NOT IN (SELECT run_id FROM marks WHERE deleted IS NOT NULL)"


def insert_run(record: RunRecord, process: tuple[str, int, float]) -> Statement:
    """Return the statement that begins a run which `process` (host, id, start) looks after."""
    program = json.dumps({"clsf": __version__, "Python": platform.python_version()})
    values = (
        record.run_id, record.group, record.framework, json.dumps(record.model.to_json()), json.dumps(record.plan.to_json()),
        record.model.name, record.plan.data, record.plan.epochs, record.created, record.owner, int(record.race), *process, program,
        record.machine, record.status, time.time(),
    )  # fmt: skip
    return _INSERT_RUN, values


def update_run(record: RunRecord) -> Statement:
    """Return the statement that stores what lists show of a run."""
    s = summary_of_record(record)
    versions = json.dumps(record.started.versions if record.started else {})
    values = (
        s.status, time.time(), s.machine, versions, s.parameters, s.epochs, s.seconds, s.images_per_second, s.train_loss,
        s.train_accuracy, s.validation_loss, s.validation_accuracy, s.run_id,
    )  # fmt: skip
    return _UPDATE_RUN, values


def insert_event(run_id: str, number: int, line: str) -> Statement:
    """Return the statement that stores an event, a line of `event_to_text`; `number` counts from 0 in each run."""
    return _INSERT_EVENT, (run_id, number, line)


def insert_happened(run_id: str, body: str) -> Statement:
    """Return the statement that stores what happened in a run, the JSON of a `Happened`."""
    return _INSERT_HAPPENED, (run_id, body)


def insert_weights(run_id: str, content: bytes) -> Statement:
    """Return the statement that stores weights, the bytes of an .npz file."""
    return _INSERT_WEIGHTS, (run_id, content)


def record_of(row: dict) -> RunRecord:
    """Return the run that a row of the table of runs begins. Raises StoreError if the row can't be understood."""
    run_id = row["run_id"]
    try:
        return RunRecord(
            run_id=run_id,
            group=str(row["group_id"]),
            framework=FRAMEWORKS[FRAMEWORKS.index(row["framework"])],
            model=ModelSpec.from_json(json.loads(row["model"])),
            plan=Plan.from_json(json.loads(row["plan"])),
            created=_time(row["created"]),
            owner=str(row["owner"]),
            race=bool(row["race"]),
            machine=str(row["machine"]),
            updated=row["updated"],
        )
    except ClsfError as error:
        raise unreadable(run_id, error.sentence) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise unreadable(run_id, f"{type(error).__name__}: {error}") from error


def is_event(sql: str) -> bool:
    """Return whether a statement is one of `insert_event`."""
    return sql is _INSERT_EVENT


def events_of(run_id: str, bodies: Iterable[tuple[int, str]]) -> list[tuple[int, Event]]:
    """Return (number, event) from (number, body). Raises StoreError for one that can't be understood."""
    try:
        return [(number, event_from_json(json.loads(body))) for number, body in bodies]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise unreadable(run_id, f"{type(error).__name__}: {error}") from error


def summaries(rows: Iterable[dict]) -> list[RunSummary]:
    """Return the lines for rows of the table of runs; a row that can't be understood is left out, and logged."""
    listed = []
    for row in rows:
        try:
            listed.append(summary_of_row(row))
        except (TypeError, ValueError) as error:
            logger.warning("A saved run is left out of a list: %s", error)
    return listed


def unreadable(run_id: str, problem: object) -> StoreError:
    """Return the message for a run that exists but can't be understood."""
    return StoreError(
        "The run {run_id} can't be read: {problem} It may have been saved by another version of this program.",
        run_id=run_id, problem=problem,
    )  # fmt: skip


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value < 1e11:
        raise ValueError(f"its time is {value!r:.60}")
    return float(value)
