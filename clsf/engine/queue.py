"""The queue of runs: first come, first served, and which of them may start now. Pure Python, no threads.

On one machine only one run trains at a time, or the times of two frameworks would say nothing about either; runs of a
group that asked for a race start together. On a cluster each framework has workers of its own, and all of them are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What the queue needs to know of a run."""

    run_id: str
    framework: str
    group: str
    race: bool = False


def startable(
    waiting: Sequence[Entry],
    running: Iterable[Entry],
    free: Mapping[str, int],
    one_at_a_time: bool,
    coming: Collection[str] = (),
) -> list[Entry]:
    """Return the waiting runs to start now, in order.

    `free` says how many workers per framework could take a run; `coming` names those whose worker is about to start, which
    others wait for where only one may train. A run whose framework has no worker otherwise lets others pass, so that one
    broken framework does not hold up the other.
    """
    running, left, chosen = list(running), dict(free), []
    for entry in waiting:
        if one_at_a_time and not all(_may_race(entry, other) for other in running):
            continue
        if left.get(entry.framework, 0) < 1:
            if one_at_a_time and entry.framework in coming:
                return [] if entry.race else chosen  # a race starts together
            continue
        left[entry.framework] -= 1
        running.append(entry)
        chosen.append(entry)
    return chosen


def position(waiting: Iterable[Entry], running: Iterable[Entry], run_id: str) -> int | None:
    """Return 0 if the run is running, 1, 2, … if it waits, None otherwise."""
    if any(entry.run_id == run_id for entry in running):
        return 0
    return next((place for place, entry in enumerate(waiting, start=1) if entry.run_id == run_id), None)


def _may_race(one: Entry, other: Entry) -> bool:
    return one.race and other.race and one.group == other.group
