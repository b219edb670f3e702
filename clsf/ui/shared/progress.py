"""The progress of a run, in shares."""

from __future__ import annotations

from clsf.runs.record import RunRecord


def of_run(record: RunRecord) -> float:
    """Return the share of all steps that is done."""
    return min(len(record.steps) / record.total_steps, 1.0) if record.total_steps else 0.0


def of_epoch(record: RunRecord) -> tuple[int, float]:
    """Return the epoch at work, 1-based, and the share of it that is done."""
    every = record.started.batches_per_epoch
    done = len(record.steps)
    epoch = min(len(record.epochs) + 1, record.started.epochs)
    return epoch, min(max(done - (epoch - 1) * every, 0) / every, 1.0)
