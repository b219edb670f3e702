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

WRITE_SECONDS = 10.0  # that the file is waited for; beside trouble of the disk, which every page tells, not at all


def take_in(capsule: Capsule, store: RunStore, owner: str = "") -> str:
    """Put the run into the store under a new id, which is returned. Runs of one group find together again.

    Raises StoreError if the store can't take it.
    """
    run_id, group = new_id(), _group(capsule, store, owner)
    record = capsule.record(run_id, group, owner)
    record.plan = sharing.resolved(record.plan)
    store.create(record)
    if capsule.weights:  # before the end, so that anyone who reads of it finds them
        store.save_weights(run_id, packed(capsule.weights))
    for first in range(0, len(capsule.events), AT_ONCE):  # a few at a time, so that others come to read in between
        store.append(run_id, [_named(event, capsule.classes) for event in capsule.events[first : first + AT_ONCE]])
        time.sleep(PAUSE)
    store.settle(WRITE_SECONDS)
    return run_id


def _named(event: Event, classes: tuple[str, ...]) -> Event:
    """Put the names of the classes into the event that tells them; an older program told them only beside the events."""
    return replace(event, classes=classes) if isinstance(event, RunStarted) and not event.classes else event


def _group(capsule: Capsule, store: RunStore, owner: str) -> str:
    """Return the same group for the same owner's capsules of one start, unless it has a run of this framework already."""
    group = "c" + hashlib.sha256(f"{owner}\n{capsule.group}".encode()).hexdigest()[:15]
    taken = {store.record(run_id).framework for run_id in store.group(group)}
    return new_id() if not capsule.group or capsule.framework in taken else group
