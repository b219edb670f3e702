"""How far a run is, in shares and seconds."""

from __future__ import annotations

from clsf.runs.record import RunRecord


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


def of_run(record: RunRecord) -> float:
    """Return the share of all steps that is done."""
    return min(len(record.steps) / record.total_steps, 1.0) if record.total_steps else 0.0


def of_epoch(record: RunRecord) -> tuple[int, float]:
    """Return the epoch at work, 1-based, and the share of it that is done."""
    every = record.started.batches_per_epoch
    done = len(record.steps)
    epoch = min(len(record.epochs) + 1, record.started.epochs)
    return epoch, min(max(done - (epoch - 1) * every, 0) / every, 1.0)
