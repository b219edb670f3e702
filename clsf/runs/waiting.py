"""Estimates how long a run waits in the queue: the remaining work of the runs before it, divided among the workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clsf.data import access, catalogue
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.runs.speed import training_seconds
from clsf.runs.summary import RunSummary


def elapsed(record: RunRecord) -> float:
    """Return the seconds of training and validation so far, pauses left out."""
    if record.ended is not None:
        return record.ended.seconds
    trained = record.steps.seconds[-1] if record.steps.seconds else 0.0
    return trained + sum(epoch.validation_seconds for epoch in list(record.epochs))


def remaining(record: RunRecord) -> float | None:
    """Return the remaining seconds at the same time per step as so far; None before the first step."""
    done, total = len(record.steps), record.total_steps
    return elapsed(record) / done * (total - done) if done and total else None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The place of a waiting run in the queue."""

    position: int  # 1: it is the next
    wait: float | None  # seconds, about; None where it is not known


def waits(
    line: Iterable[RunRecord], recent: Iterable[RunSummary], at_once: int = 1, longest: float = 0.0
) -> list[float | None]:
    """Return for each run in the queue about how many seconds pass until those before it are done, None if it is not known.

    A run that trains continues at its speed so far; one that waits is as fast as the last similar one in `recent` (newest first),
    else guessed. `at_once`: runs that train at the same time. `longest`: seconds after which the server ends a run, 0: never.
    A paused run can take any time, so the wait is then not known.
    """
    recent, times, seconds = list(recent), [], 0.0
    for record in line:
        times.append(None if seconds is None else seconds / max(at_once, 1))
        left = None if seconds is None or record.status == "paused" else 0.0 if record.over else _seconds(record, recent)
        seconds = None if left is None else seconds + (min(left, longest) if longest else left)
    return times


def _seconds(record: RunRecord, recent: list[RunSummary]) -> float | None:
    left = remaining(record)
    if left is not None:
        return left
    try:
        with access.working_for(access.PROGRAM):  # how long someone else's images take is no secret
            info = catalogue.info(record.plan.data)
        return training_seconds(record.model, record.plan, record.framework, info, recent)[0]
    except ClsfError:  # a data set that is not known here any more
        return None
