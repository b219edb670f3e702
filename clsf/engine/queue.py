"""The queue of runs: their order, and which of them may start now. Pure Python, no threads.

Runs that were started together are one start. Owners take turns, start by start, so that an experiment of 24 runs does not hold
up another owner's single run; each owner's own starts come in the order in which they were queued.

On one machine only one run trains at a time, or the times of two frameworks would say nothing about either; runs of a
group that asked for a race start together, and runs of an experiment that asked for it share the cores. On a cluster each framework
has workers of its own, and all of them are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """The facts about a run that the queue needs."""

    run_id: str
    framework: str
    group: str  # runs that were started together
    race: bool = False  # it may train together with others of its group, and of its start, that say the same
    owner: str = ""  # who started it; each "" is a different unknown owner, with turns of its own
    start: str = ""  # what counts as one start where starts are limited, such as an experiment; "": the group


def in_turn(waiting: Sequence[QueueEntry], running: Iterable[QueueEntry], served: Mapping[str, int]) -> list[QueueEntry]:
    """Return the waiting runs in the order in which they get their turn.

    Runs of a start that has begun come first. Then rounds: every owner's first start before anyone's second, where a running
    start counts as the first. Within a round, the owner who was served longest ago (`served`: owner -> number of the last
    turn) comes first.
    """
    begun = {(_owner(entry), entry.group) for entry in running}
    busy = {owner for owner, _ in begun}
    rounds: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    for entry in waiting:
        start = (_owner(entry), entry.group)
        if start in begun:
            rounds[start] = -1
        elif start not in rounds:
            rounds[start] = counts.get(start[0], int(start[0] in busy))
            counts[start[0]] = rounds[start] + 1
    first = {start: place for place, start in reversed([*enumerate((_owner(e), e.group) for e in waiting)])}

    def turn(entry: QueueEntry) -> tuple[int, int, int]:
        start = (_owner(entry), entry.group)
        return rounds[start], served.get(start[0], -1), first[start]

    return sorted(waiting, key=turn)


def held_back(waiting: Iterable[QueueEntry], running: Iterable[QueueEntry], most: int, one_at_a_time: bool = False) -> set[str]:
    """Return the ids of waiting runs whose owner already has `most` starts running, or will have by the runs before them.

    An experiment is one start where one trains at a time; on a cluster each of its groups is, or it would take all workers.
    """
    begun: dict[str, set[str]] = {}
    for entry in running:
        begun.setdefault(_owner(entry), set()).add(_start(entry) if one_at_a_time else entry.group)
    held = set()
    for entry in waiting:
        groups, own = begun.setdefault(_owner(entry), set()), _start(entry) if one_at_a_time else entry.group
        if entry.owner and own not in groups and len(groups) >= most:
            held.add(entry.run_id)
        else:
            groups.add(own)
    return held


def starts(entries: Iterable[QueueEntry], owner: str) -> int:
    """Return how many starts these runs of an owner belong to."""
    return len({_start(entry) for entry in entries if entry.owner == owner})


def startable(
    waiting: Sequence[QueueEntry],
    running: Iterable[QueueEntry],
    free: Mapping[str, int],
    one_at_a_time: bool,
    coming: Collection[str] = (),
    cores: int = 1,
) -> list[QueueEntry]:
    """Return the waiting runs to start now, in order.

    `free` says how many workers per framework could take a run; `coming` names frameworks whose worker is about to start, which
    other runs wait for where only one may train. A run whose framework has no worker otherwise lets others pass, so that one
    broken framework does not hold up the other. Up to `cores` runs of an experiment may share the cores, as long as no other
    owner's turn comes before.
    """
    running, left, chosen, others_turn = list(running), dict(free), [], False
    for entry in waiting:
        if one_at_a_time and not all(_in_a_race(entry, other) for other in running):
            others_turn = others_turn or not all(_share_cores(entry, other) for other in running)
            if others_turn or len(running) >= cores:
                continue
        if left.get(entry.framework, 0) < 1:
            if one_at_a_time and entry.framework in coming:
                return [e for e in chosen if not _in_a_race(e, entry)]  # a race starts together
            continue
        left[entry.framework] -= 1
        running.append(entry)
        chosen.append(entry)
    return chosen


def position(waiting: Iterable[QueueEntry], running: Iterable[QueueEntry], run_id: str) -> int | None:
    """Return 0 if the run is running, 1, 2, … if it waits, None otherwise."""
    if any(entry.run_id == run_id for entry in running):
        return 0
    return next((place for place, entry in enumerate(waiting, start=1) if entry.run_id == run_id), None)


def _owner(entry: QueueEntry) -> str:
    return entry.owner or f"? {entry.group}"


def _start(entry: QueueEntry) -> str:
    return entry.start or entry.group


def _in_a_race(one: QueueEntry, other: QueueEntry) -> bool:
    return one.race and other.race and one.group == other.group


def _share_cores(one: QueueEntry, other: QueueEntry) -> bool:
    return one.race and other.race and _start(one) == _start(other)
