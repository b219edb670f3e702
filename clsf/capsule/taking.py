"""A capsule -> a run in the store, like one that was trained here."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

from clsf.capsule.arrays import packed
from clsf.capsule.contents import PAUSE, Capsule
from clsf.capsule.parcels import AT_ONCE
from clsf.events import Event, RunStarted
from clsf.runs import sharing
from clsf.runs.ids import new_id
from clsf.runs.store import RunStore

WRITE_SECONDS = 10.0  # to wait for the file; not at all if the disk has a problem, which every page reports


def take_in(capsule: Capsule, store: RunStore, owner: str = "") -> str:
    """Put the run into the store under a new id, which is returned. Runs of one group are grouped again.

    Raises StoreError if the store can't take it.
    """
    run_id, group = new_id(), _group(capsule, store, owner)
    record = capsule.record(run_id, group, owner)
    record.plan = sharing.resolved(record.plan)
    store.create(record)
    if capsule.weights:  # before the last event, so that a reader of that event finds them
        store.save_weights(run_id, packed(capsule.weights))
    for first in range(0, len(capsule.events), AT_ONCE):  # a few at a time, so that readers get a turn in between
        store.append(run_id, [_named(event, capsule.classes) for event in capsule.events[first : first + AT_ONCE]])
        time.sleep(PAUSE)
    store.settle(WRITE_SECONDS)
    return run_id


def _named(event: Event, classes: tuple[str, ...]) -> Event:
    """Put the class names into the event that carries them; an older version stored them only in a separate field."""
    return replace(event, classes=classes) if isinstance(event, RunStarted) and not event.classes else event


def _group(capsule: Capsule, store: RunStore, owner: str) -> str:
    """Return the same group for all capsules of one owner from one start, unless it has a run of this framework already."""
    group = "c" + hashlib.sha256(f"{owner}\n{capsule.group}".encode()).hexdigest()[:15]
    taken = {store.record(run_id).framework for run_id in store.group(group)}
    return new_id() if not capsule.group or capsule.framework in taken else group
