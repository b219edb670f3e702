"""How long a run in the queue may wait: what the runs before it still have to do, shared among the workers."""

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
    """Return the seconds to go if the rest takes as long per step as so far; None before the first step."""
    done, total = len(record.steps), record.total_steps
    return elapsed(record) / done * (total - done) if done and total else None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a run stands that waits."""

    position: int  # 1: it is the next
    wait: float | None  # seconds, about; None where it is not known


def waits(
    line: Iterable[RunRecord], recent: Iterable[RunSummary], at_once: int = 1, longest: float = 0.0
) -> list[float | None]:
    """Return for each run in line about how many seconds pass until those before it are done, None where it is not known.

    A run that trains goes on as fast as so far; one that waits is as fast as the last alike in `recent` (newest first), else
    guessed. `at_once`: runs that train at the same time. `longest`: seconds after which the server ends a run, 0: never.
    A run that somebody has paused takes as long as he likes, so then there is no saying.
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
