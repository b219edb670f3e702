"""History: a student's work with saved runs: search, names, notes, deletion with undo, and experiments.

Every query and change is for one owner. A run of another owner is neither listed nor changed; anyone who knows its id
can view it (`RunStore.record`). Deleted runs are hidden at once and removed for good after KEPT_DAYS.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clsf import checks
from clsf.checks import field as word
from clsf.errors import StoreError
from clsf.runs import reached
from clsf.runs.happened import Happened
from clsf.runs.planned import PlannedRuns
from clsf.runs.query import FROM, ROWS, SORTS, Query, RunLine, joined, lines, split, where
from clsf.runs.record import OVER
from clsf.runs.rows import summaries
from clsf.runs.sharing import seen_line
from clsf.runs.summary import RunSummary
from clsf.runs.writer import Statement, Writer

KEPT_DAYS = 30
WRITE_SECONDS = 10.0  # how long to wait for a reader's change; not at all if the disk has trouble, which is reported
MAX_NAME, MAX_NOTE, MAX_TAG, MAX_TAGS = 80, 4000, 30, 10  # characters, and tags of a run

_MARK = "INSERT INTO marks (run_id) VALUES (?) ON CONFLICT (run_id) DO NOTHING"


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """A named set of runs. `body` belongs to `clsf.experiments`, plain JSON values."""

    experiment_id: str
    owner: str
    name: str
    created: float  # Unix time
    body: dict


class RunHistory:
    """Thread-safe. `select` reads; `forget` drops runs from the store's memory, so that they are read again; `find_out` derives
    what happened in an older program's run from its events; `planned` are the runs of experiments whose turn has not come."""

    def __init__(
        self,
        select: Callable[[str, tuple], list[dict]],
        writer: Writer,
        forget: Callable[[Iterable[str]], None],
        find_out: Callable[[str], Happened],
        planned: PlannedRuns,
    ) -> None:
        self._read = select
        self._writer = writer
        self._forget = forget
        self._find_out = find_out
        self._planned = planned
        self._begun: dict[str, tuple[int, ExperimentRow]] = {}  # experiment -> number of the batch, itself; not in the file yet

    # Looking.

    def find(self, query: Query) -> list[RunLine]:
        """Return the runs that match the query. Raises StoreError for an unknown order."""
        checks.known(StoreError, word("sort"), query.sort, SORTS)
        condition, values = where(query)
        # First the order alone, so that no long texts are sorted; then the rows that are asked for.
        order = f"{SORTS[query.sort]} IS NULL, {SORTS[query.sort]} {'DESC' if query.descending else 'ASC'}, r.rowid DESC"
        chosen = f"SELECT r.rowid AS place {FROM} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
        places = [row["place"] for row in self._select(chosen, (*values, query.limit, query.offset))]
        rows = self._select(f"{ROWS} WHERE r.rowid IN (SELECT value FROM json_each(?))", (json.dumps(places),))  # noqa: S608
        by_place = {row["place"]: row for row in rows}
        return lines((by_place[place] for place in places if place in by_place), self._happened)

    def count(self, query: Query) -> int:
        """Return how many runs match the query, its limit left aside."""
        condition, values = where(query)
        return self._select(f"SELECT COUNT(*) AS n {FROM} WHERE {condition}", values)[0]["n"]

    def line(self, run_id: str) -> RunLine | None:
        """Return one run of any owner in the form of a list, also a deleted one; None if it is unknown.

        Note and tags are left out for all but its owner; see `clsf.runs.sharing`.
        """
        rows = self._select(f"{ROWS} WHERE r.run_id = ?", (run_id,))
        return next(iter(map(seen_line, lines(rows, self._happened))), None)

    def first_user(self, data: str) -> str | None:
        """Return the owner of the oldest run that was trained with a data set, deleted ones too; None if there is none."""
        rows = self._select("SELECT owner FROM runs WHERE data = ? ORDER BY created, rowid LIMIT 1", (data,))
        return rows[0]["owner"] if rows else None

    def values(self, owner: str) -> dict[str, list[str]]:
        """Return the values to filter by: "data", "model" and "tag" -> values that occur, in order."""
        condition, values = where(Query(owner))
        names: dict[str, set[str]] = {"data": set(), "model": set(), "tag": set()}
        sql = f"SELECT DISTINCT r.data, r.model_name, COALESCE(m.tags, '') AS tags {FROM} WHERE {condition}"
        for row in self._select(sql, values):
            data, model, tags = (
                each if isinstance(each, str) else "" for each in (row["data"], row["model_name"], row["tags"])
            )
            names["data"].add(data)
            names["model"].add(model)
            names["tag"].update(split(tags))
        return {name: sorted(each - {""}) for name, each in names.items()}

    # Changing.

    def describe(self, owner: str, run_id: str, name: str, note: str, tags: Sequence[str]) -> None:
        """Give a run a name, a note and tags. Raises StoreError if it is someone else's, or a text is too long."""
        self._require_own(owner, [run_id])
        clean = tidy_tags(tags)
        for what, text in (("name", name), ("note", note), *(("tag", tag) for tag in clean)):
            checks.text(StoreError, word(what), text)
        for what, text, most in (("name", name, MAX_NAME), ("note", note, MAX_NOTE)):
            if len(text) > most:
                raise StoreError(
                    "{what} has {count} characters, but may have {most}. Shorten it.",
                    what=word(what),
                    count=len(text),
                    most=most,
                )
        values = (" ".join(name.split()), note.strip(), joined(clean), run_id)
        self._write([(_MARK, (run_id,)), ("UPDATE marks SET name = ?, note = ?, tags = ? WHERE run_id = ?", values)])

    def delete(self, owner: str, run_ids: Sequence[str]) -> None:
        """Hide runs; `restore` brings them back. Raises StoreError, and hides none, if one is live or someone else's."""
        for row in self._require_own(owner, run_ids):
            if row["status"] not in OVER:
                raise StoreError("The run {run_id} still trains or waits. Stop it, then delete it.", run_id=row["run_id"])
        self._set_deleted(run_ids, time.time())
        self._forget(run_ids)

    def restore(self, owner: str, run_ids: Sequence[str]) -> None:
        """Take a deletion back. Raises StoreError if a run is someone else's or gone for good."""
        self._require_own(owner, run_ids)
        self._set_deleted(run_ids, None)
        self._forget(run_ids)

    def purge(self, before: float) -> int:
        """Remove for good the runs deleted before a Unix time, and experiments of that age in which no run ever began; return
        how many runs were removed."""
        ids = [row["run_id"] for row in self._select("SELECT run_id FROM marks WHERE deleted < ?", (before,))]
        self.remove(ids, wait=False)
        empty = "NOT EXISTS (SELECT 1 FROM marks m WHERE m.experiment = experiment_id)"
        self._writer.write([(f"DELETE FROM experiments WHERE created < ? AND {empty}", (before,))])  # noqa: S608
        return len(ids)

    def old(self, before: float, owner: str | None = None) -> list[RunSummary]:
        """Return the runs that were over before a Unix time, deleted ones too, oldest first; of one owner if given."""
        marks = ", ".join("?" * len(OVER))
        sql = (
            f"SELECT * FROM runs WHERE updated < ? AND status IN ({marks}) AND (? IS NULL OR owner = ?) ORDER BY updated, rowid"  # noqa: S608
        )
        return summaries(self._select(sql, (before, *OVER, owner, owner)))

    def remove(self, run_ids: Sequence[str], wait: bool = True) -> None:
        """Remove runs for good, and experiments that then have none left. It can't be undone: for the file's administrator."""
        places = ("events", "weights", "runs", "marks", "happened")
        batch: list[Statement] = []
        for run_id in run_ids:
            tied = "experiment_id = (SELECT experiment FROM marks WHERE run_id = ?)"
            alone = "NOT EXISTS (SELECT 1 FROM marks m WHERE m.experiment = experiment_id AND m.run_id <> ?)"
            batch.append((f"DELETE FROM experiments WHERE {tied} AND {alone}", (run_id, run_id)))  # noqa: S608
            batch += [(f"DELETE FROM {table} WHERE run_id = ?", (run_id,)) for table in places]  # noqa: S608
        if batch:
            self._write(batch, wait)
            self._forget(run_ids)

    def hand_over(self, old: str, new: str) -> None:
        """Give everything of one owner to another: both are proven to be the same person."""
        if old and new and old != new:
            self._write(
                [
                    ("UPDATE runs SET owner = ? WHERE owner = ?", (new, old)),
                    ("UPDATE experiments SET owner = ? WHERE owner = ?", (new, old)),
                    *reached.handed_over(old, new),
                ]
            )

    def knows(self, owner: str) -> bool:
        """Return whether anything belongs to this owner."""
        return any(
            self._select(f"SELECT 1 AS one FROM {table} WHERE owner = ? LIMIT 1", (owner,))  # noqa: S608
            for table in ("runs", "progress")
        )

    def trained(self, owner: str) -> bool:
        """Return whether this owner has trained anything, deleted runs too."""
        return bool(self._select("SELECT 1 AS one FROM runs WHERE owner = ? LIMIT 1", (owner,)))

    # Experiments.

    def begin(self, row: ExperimentRow) -> None:
        """Keep a new experiment; its runs are tied to it one by one, as they begin."""
        checks.text(StoreError, word("name"), row.name)
        values = (row.experiment_id, row.owner, row.name[:MAX_NAME], row.created, json.dumps(row.body))
        sql = "INSERT INTO experiments (experiment_id, owner, name, created, body) VALUES (?, ?, ?, ?, ?)"
        number = self._writer.write([(sql, values)])
        self._begun[row.experiment_id] = number, row
        self._writer.require(number, WRITE_SECONDS)

    def tie(self, run_ids: Iterable[str], experiment_id: str, arm: int) -> int:
        """Note that these runs belong to an experiment, and at which place. Return the number of the batch that says so."""
        batch: list[Statement] = []
        for run_id in run_ids:
            batch.append((_MARK, (run_id,)))
            batch.append(("UPDATE marks SET experiment = ?, arm = ? WHERE run_id = ?", (experiment_id, arm, run_id)))
        return self._writer.write(batch)

    def experiment(self, experiment_id: str) -> ExperimentRow:
        """Return an experiment of anybody. Raises StoreError if it is unknown."""
        self._begun = {name: known for name, known in list(self._begun.items()) if not self._writer.is_seen(known[0])}
        fresh = self._begun.get(experiment_id)  # before the file is read, because the experiment may be written meanwhile
        rows = self._select("SELECT * FROM experiments WHERE experiment_id = ?", (experiment_id,))
        if rows:
            return _experiment(rows[0])
        if fresh is not None:
            return fresh[1]
        raise StoreError(
            "There is no experiment {name}. The link may be incomplete, or it was made on another machine.",
            name=str(experiment_id)[:40],
        )

    def experiments(self, owner: str, limit: int = 50) -> list[ExperimentRow]:
        """Return an owner's newest experiments that still have a run, or have one that waits, newest first."""
        sql = """
            SELECT e.* FROM experiments e WHERE e.owner = ? AND (e.experiment_id IN (SELECT value FROM json_each(?)) OR EXISTS
                (SELECT 1 FROM marks m WHERE m.experiment = e.experiment_id AND m.deleted IS NULL))
            ORDER BY e.created DESC LIMIT ?"""
        waiting = json.dumps(sorted(set(self._planned.of(owner))))
        return [_experiment(row) for row in self._select(sql, (owner, waiting, limit))]

    def members(self, experiment_id: str) -> list[tuple[str, int]]:
        """Return (run id, place) of the runs of an experiment that are not deleted, in the order of their places; also of those
        whose turn has not come."""
        waiting = self._planned.members(experiment_id)  # before the file is read, because a run may be written meanwhile
        sql = "SELECT run_id, arm FROM marks WHERE experiment = ? AND deleted IS NULL ORDER BY arm, rowid"
        arms = {row["run_id"]: row["arm"] for row in self._select(sql, (experiment_id,))}
        self._planned.settled(self._writer.seen)
        return sorted((arms | dict(waiting)).items(), key=lambda member: member[1])

    def waiting(self, owner: str) -> int:
        """Return how many runs of an owner's experiments wait for their turn; they are in no list of runs."""
        return len(self._planned.of(owner))

    def rename_experiment(self, owner: str, experiment_id: str, name: str) -> None:
        """Give an experiment another name. Raises StoreError if it is someone else's."""
        checks.text(StoreError, word("name"), name)
        if self.experiment(experiment_id).owner != owner:
            raise not_yours(experiment_id)
        clean = " ".join(name.split())[:MAX_NAME]
        self._write([("UPDATE experiments SET name = ? WHERE experiment_id = ?", (clean, experiment_id))])

    # Inside.

    def _select(self, sql: str, values: tuple) -> list[dict]:
        """Read, with what was written a moment ago."""
        self._writer.settle()
        return self._read(sql, values)

    def _happened(self, row: dict) -> Happened:
        """Return what happened in the run of a row of ROWS."""
        if row["happened"] is not None:
            return Happened.from_json(json.loads(row["happened"]))
        return self._find_out(row["run_id"]) if row["status"] in OVER else Happened()

    def _write(self, batch: list[Statement], wait: bool = True) -> None:
        """Write and wait until it is done, because a reader wants to see the change. Raises StoreError if it can't be saved."""
        number = self._writer.write(batch)
        if wait:
            self._writer.require(number, WRITE_SECONDS)

    def _require_own(self, owner: str, run_ids: Sequence[str]) -> list[dict]:
        self._writer.settle(WRITE_SECONDS)  # one that has just begun, or ended, may not be in the file yet
        rows = [self._select("SELECT run_id, owner, status FROM runs WHERE run_id = ?", (run_id,)) for run_id in run_ids]
        for run_id, row in zip(run_ids, rows, strict=True):
            if not row or not owner or row[0]["owner"] != owner:
                raise not_yours(run_id)
        return [row[0] for row in rows]

    def _set_deleted(self, run_ids: Sequence[str], when: float | None) -> None:
        batch: list[Statement] = []
        for run_id in run_ids:
            batch += [(_MARK, (run_id,)), ("UPDATE marks SET deleted = ? WHERE run_id = ?", (when, run_id))]
        self._write(batch)


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags without blanks around them, each once, in order. Raises StoreError for too many or too long ones."""
    clean = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(clean) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in clean):
        raise StoreError(
            "A run may have {most} tags of {length} characters each; these are {count}. Take some away, or shorten them.",
            most=MAX_TAGS, length=MAX_TAG, count=len(clean),
        )  # fmt: skip
    return clean


def not_yours(name: object) -> StoreError:
    """Return the message for a reader who may view a run or an experiment, but wants to change it."""
    return StoreError("{name} is not one of your runs, so you can look at it but not change it.", name=str(name)[:40])


def _experiment(row: dict) -> ExperimentRow:
    try:
        body = json.loads(row["body"])
    except (ValueError, TypeError, RecursionError):
        body = {}
    created = row["created"] if isinstance(row["created"], int | float) and 0 <= row["created"] < 1e11 else 0.0
    return ExperimentRow(
        row["experiment_id"], str(row["owner"]), str(row["name"]), created, body if isinstance(body, dict) else {}
    )


__all__ = ["KEPT_DAYS", "MAX_NAME", "MAX_NOTE", "SORTS", "ExperimentRow", "Query", "RunHistory", "RunLine", "tidy_tags"]
