"""Lists of runs in SQL: the selected runs of an owner, their order, and the content of each line."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clsf.runs.happened import Happened
from clsf.runs.summary import RunSummary, summary_of_row

logger = logging.getLogger("clsf.runs")

_OPTIMIZER, _RATE = (
    f"CASE WHEN json_valid(r.plan) THEN json_extract(r.plan, '$.{name}') END" for name in ("optimizer", "learning_rate")
)  # a plan that is no JSON is an error of the whole list otherwise

SORTS = {
    "created": "r.created", "name": "LOWER(COALESCE(m.name, ''))", "data": "r.data", "model": "r.model_name", "framework": "r.framework",
    "optimizer": _OPTIMIZER, "learning_rate": _RATE,
    "epochs": "r.epochs", "accuracy": "r.validation_accuracy", "loss": "r.validation_loss", "seconds": "r.seconds",
}  # fmt: skip
"""The possible sort orders of a list, in SQL."""

FROM = "FROM runs r LEFT JOIN marks m ON m.run_id = r.run_id"
ROWS = f"""
    SELECT r.rowid AS place, r.run_id, r.group_id, r.framework, r.owner, r.created, r.status, r.model_name, r.data, r.planned_epochs,
           r.epochs, r.parameters, r.seconds, r.images_per_second, r.train_loss, r.train_accuracy, r.validation_loss,
           r.validation_accuracy, r.machine, {_OPTIMIZER} AS optimizer, {_RATE} AS learning_rate, r.plan AS plan, m.name AS mark_name, m.note AS mark_note, m.tags AS mark_tags,
           m.experiment AS mark_experiment, m.arm AS mark_arm, m.deleted AS mark_deleted,
           (SELECT h.body FROM happened h WHERE h.run_id = r.run_id) AS happened {FROM}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Query:
    """Selects runs of an owner, and their order. Empty texts leave a condition open."""

    owner: str
    text: str = ""  # in name, note, tags, data, model or plan
    data: str = ""
    model: str = ""
    framework: str = ""
    status: str = ""
    tag: str = ""
    experiment: str = ""  # its id
    deleted: bool = False  # those that were deleted, instead of the others
    sort: str = "created"
    descending: bool = True
    limit: int = 1000
    offset: int = 0


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as the history lists it."""

    run: RunSummary
    optimizer: str  # of its plan
    learning_rate: float  # of its plan; `happened` says what it was changed to
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    experiment: str = ""  # id of the experiment that it belongs to
    arm: int = 0  # its place in the experiment, from 0
    deleted: float | None = None  # Unix time
    happened: Happened = field(default_factory=Happened)  # what it was beyond its plan
    plan: Mapping[str, object] = field(default_factory=dict)  # as JSON has it; empty if it can't be read


def where(query: Query) -> tuple[str, tuple]:
    """Return the condition and its values; text that a reader typed goes into values only."""
    parts, values = ["r.owner = ?", "m.deleted IS NOT NULL" if query.deleted else "m.deleted IS NULL"], [query.owner]
    columns = {
        "r.data": query.data, "r.model_name": query.model, "r.framework": query.framework, "r.status": query.status,
        "m.experiment": query.experiment,
    }  # fmt: skip
    for column, wanted in columns.items():
        if wanted:
            parts.append(f"{column} = ?")
            values.append(wanted)
    if query.tag:
        parts.append("m.tags LIKE ? ESCAPE '\\'")
        values.append(f"%\n{_escaped(query.tag)}\n%")
    for piece in query.text.split()[:8]:
        places = (
            "COALESCE(m.name,'') || ' ' || COALESCE(m.note,'') || ' ' || COALESCE(m.tags,'') || ' ' || r.data || ' ' || "
            f"r.model_name || ' ' || COALESCE({_OPTIMIZER},'') || ' ' || r.framework"
        )
        parts.append(f"{places} LIKE ? ESCAPE '\\'")
        values.append(f"%{_escaped(piece[:100])}%")
    return " AND ".join(parts), tuple(values)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def lines(rows: Iterable[dict], happened: Callable[[dict], Happened]) -> list[RunLine]:
    """Return the lines for rows of ROWS; a row that can't be understood is left out, and logged.

    `happened` returns what happened in the run of a row.
    """
    listed = []
    for row in rows:
        try:
            listed.append(_line(row, happened(row)))
        except (TypeError, ValueError, OverflowError) as error:
            logger.warning("A saved run is left out of a list: %s", error)
    return listed


def _line(row: dict, happened: Happened) -> RunLine:
    name, note, tags, experiment = (row[f"mark_{what}"] or "" for what in ("name", "note", "tags", "experiment"))
    if not all(isinstance(text, str) for text in (name, note, tags, experiment)):
        name, note, tags, experiment = "", "", "", ""
    arm, deleted = row["mark_arm"], row["mark_deleted"]
    return RunLine(
        summary_of_row(row), str(row["optimizer"] or ""), float(row["learning_rate"] or 0), name, note, split(tags), experiment,
        arm if isinstance(arm, int) else 0, None if deleted is None else float(deleted), happened, _plan(row["plan"]),
    )  # fmt: skip


def _plan(text: object) -> Mapping[str, object]:
    try:
        plan = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return plan if isinstance(plan, dict) else {}


def joined(tags: Sequence[str]) -> str:
    """Return tags in the form in which they are stored."""
    return "\n" + "\n".join(tags) + "\n" if tags else ""


def split(text: str) -> tuple[str, ...]:
    """Return tags from their stored form."""
    return tuple(tag for tag in text.split("\n") if tag)
