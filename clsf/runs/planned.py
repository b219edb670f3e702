"""Planned: runs of experiments whose turn has not come. They are only in memory, and become rows of the file as they begin.

So a run that is refused, stopped before its turn or cut off with the program leaves nothing in anyone's history.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from clsf.runs.record import RunRecord

REMEMBERED = 1000  # cancelled runs, for threads that still wait for one


@dataclass(slots=True, eq=False)
class _Place:
    record: RunRecord
    experiment: str
    arm: int
    written: int | None = None  # number of the batch that ties it to its experiment; None: its turn has not come


class PlannedRuns:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._places: dict[str, _Place] = {}
        self._given_up: OrderedDict[str, RunRecord] = OrderedDict()

    def add(self, record: RunRecord, experiment: str, arm: int) -> None:
        """Add a run that waits; `arm` is its place in the experiment."""
        with self._lock:
            self._places[record.run_id] = _Place(record, experiment, arm)

    def record(self, run_id: str) -> RunRecord | None:
        """Return a run that waits or was cancelled, None for any other."""
        with self._lock:
            place = self._places.get(run_id)
            if place is not None and place.written is None:
                return place.record
            return self._given_up.get(run_id)

    def waits(self, run_id: str) -> bool:
        """Return whether this is a run whose turn has not come."""
        with self._lock:
            place = self._places.get(run_id)
            return place is not None and place.written is None

    def place(self, run_id: str) -> tuple[RunRecord, str, int]:
        """Return (run, experiment, arm) of a run that waits."""
        with self._lock:
            place = self._places[run_id]
            return place.record, place.experiment, place.arm

    def began(self, run_id: str, written: int) -> None:
        """Note that a run is in the file as soon as batch `written` is."""
        with self._lock:
            self._places[run_id].written = written

    def give_up(self, run_id: str) -> RunRecord:
        """Return a run that will never begin, and keep it for a while for threads that wait for it."""
        with self._lock:
            record = self._places.pop(run_id).record
            self._given_up[run_id] = record
            while len(self._given_up) > REMEMBERED:
                self._given_up.popitem(last=False)
            return record

    def settled(self, seen: int) -> None:
        """Forget the runs that began and can be read in the file: all that was written up to batch `seen`."""
        with self._lock:
            self._places = {
                name: place for name, place in self._places.items() if place.written is None or place.written > seen
            }

    def members(self, experiment: str) -> list[tuple[str, int]]:
        """Return (run id, arm) of the runs of an experiment that the file may not know yet."""
        with self._lock:
            return [(name, place.arm) for name, place in self._places.items() if place.experiment == experiment]

    def group(self, group: str) -> list[RunRecord]:
        """Return the runs of a group that wait."""
        with self._lock:
            return [p.record for p in self._places.values() if p.written is None and p.record.group == group]

    def of(self, owner: str) -> list[str]:
        """Return run -> id of its experiment, for each run of an owner that waits."""
        with self._lock:
            return [p.experiment for p in self._places.values() if p.written is None and p.record.owner == owner]

    def hand_over(self, old: str, new: str) -> None:
        """Give all runs of one owner to another."""
        with self._lock:
            for place in self._places.values():
                if old and place.record.owner == old:
                    place.record.owner = new
