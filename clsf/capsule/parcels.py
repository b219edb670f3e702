"""Parcels: a long history as a few packed texts, so that a process which is given one need not make all its events at once.

Two hundred thousand events are a million objects: creating them, and the garbage collection, block every page.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

from clsf.events import Event, event_from_json, event_to_json

AT_ONCE = 1_000
"""Number of events that are packed or unpacked at once; then other threads get their turn."""


class Parcels(Sequence):
    """A sequence of events that unpacks AT_ONCE of them at a time. Equal to any sequence of equal events."""

    def __init__(self, events: Sequence[Event]) -> None:
        left, self._parts = iter(events), []
        self._count = len(events)
        while part := list(islice(left, AT_ONCE)):
            told = json.dumps([event_to_json(event) for event in part], default=str, separators=(",", ":"))
            self._parts.append(zlib.compress(told.encode(), 1))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Event]:
        for number in range(len(self._parts)):
            yield from self._part(number)

    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        if not isinstance(place, slice):
            place = range(self._count)[place]
            return self._part(place // AT_ONCE)[place % AT_ONCE]
        wanted = range(self._count)[place]
        if not wanted:
            return ()
        first, last = min(wanted) // AT_ONCE, max(wanted) // AT_ONCE
        held = [event for number in range(first, last + 1) for event in self._part(number)]
        return tuple(held[number - first * AT_ONCE] for number in wanted)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None

    def _part(self, number: int) -> list[Event]:
        return [event_from_json(one) for one in json.loads(zlib.decompress(self._parts[number]))]
