"""Finds the runs that trained on the same machine at the same time as another: its times are then affected by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from clsf.runs.happened import SHORTEST_OVERLAP, overlap, trained_between
from clsf.runs.record import RunRecord

_MEANWHILE = """
    SELECT run_id, created, updated, seconds, (
        SELECT body FROM events e WHERE e.run_id = r.run_id AND e.body LIKE '{"event":"run_started"%' ORDER BY number LIMIT 1
    ) AS started
    FROM runs r WHERE run_id <> ? AND machine = ? AND created < ? AND updated > ?"""


def beside(record: RunRecord, select: Callable[[str, tuple], list[dict]], held: Iterable[RunRecord] = ()) -> tuple[str, ...]:
    """Return the ids of the runs that trained on the same machine while this one did.

    `select` reads the store's file; `held` are records in memory, which may not be in the file yet.
    """
    mine = trained_between(record)
    if mine is None or not record.machine:
        return ()
    rows = select(_MEANWHILE, (record.run_id, record.machine, mine[1], mine[0]))
    times = {row["run_id"]: _between(row) for row in rows if row["started"]}
    times |= {
        other.run_id: between
        for other in held
        if other.machine == record.machine and other is not record and (between := trained_between(other))
    }
    return tuple(run_id for run_id, between in times.items() if overlap(mine, between) > SHORTEST_OVERLAP)


def _between(row: dict) -> tuple[float, float]:
    started = json.loads(row["started"])
    moment = started.get("moment")
    if moment is None:  # an older program did not record it; with pauses it began earlier, so this never claims too much
        return max(row["created"], row["updated"] - (row["seconds"] or 0.0)), row["updated"]
    return moment - started["seconds"], row["updated"]
