"""Estimates how long an experiment in progress still takes: from the runs that are over, by the work of the others."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.experiments.start import Member
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.record import RunRecord

LEAST_SHARE = 0.1
"""Of a run that trains, from which its own speed is a measurement."""

LEAST_SECONDS = 5.0
"""Of the time until now, over which it is counted how many runs train at a time."""


def seconds_left(members: Sequence[Member], now: float) -> float | None:
    """Return about how many seconds all runs still take; None before there is a measurement.

    A run's seconds are modelled as a part per run, a part per step and a part per multiply-add, none of them negative, fitted to
    the finished runs (least squares, Lawson and Hanson 1974), separately for each framework. `now`: Unix time.
    """
    records = [member.record for member in members]
    begun = [record for record in records if record.started is not None and record.started.moment is not None]
    told = [record for record in begun if _share(record) >= LEAST_SHARE]
    if not told:
        return None
    lengths = {}
    for framework in {record.framework for record in records}:
        own = [record for record in told if record.framework == framework] or told
        lengths |= _lengths([r for r in records if r.framework == framework], own, now)
    left = [(1 - _share(record)) * lengths[record.run_id] for record in records if not record.over]
    if not left:
        return 0.0
    return max(sum(left) / _at_a_time(begun, now), max(left))


def _lengths(records: list[RunRecord], told: list[RunRecord], now: float) -> dict[str, float]:
    """Return run -> the seconds that all of it takes, from what the runs `told` took."""
    from scipy.optimize import nnls

    work = np.array([_work(record.model, record.plan) for record in told])
    took = np.array([_took(record, now) / _share(record) for record in told])
    scale = work.max(axis=0)
    parts, _ = nnls(work / scale, took)
    return {record.run_id: float(np.array(_work(record.model, record.plan)) / scale @ parts) for record in records}


@functools.lru_cache(maxsize=500)
def _work(spec: ModelSpec, plan: Plan) -> tuple[float, float, float]:
    """Return the factors of a run's time: 1 for the run itself, its steps, its multiply-adds."""
    info = catalogue.info(plan.data)
    images = info.trained(plan.validation_share, plan.train_limit)
    try:
        cost = spec.analyse(prepared_shape(info, plan.preparation)).multiply_adds
    except ClsfError:  # it will fail, and takes no time
        cost = 1
    return 1.0, float(plan.epochs * -(-images // plan.batch_size)), float(plan.epochs * images * max(cost, 1))


def _share(record: RunRecord) -> float:
    if record.over:
        return 1.0 if record.ended is not None else 0.0
    return min(len(record.steps) / record.total_steps, 1.0) if record.total_steps else 0.0


def _took(record: RunRecord, now: float) -> float:
    return max(_end(record, now) - record.started.moment, 1e-3)


def _end(record: RunRecord, now: float) -> float:
    return record.ended.moment if record.ended is not None and record.ended.moment is not None else now


def _at_a_time(begun: list[RunRecord], now: float) -> float:
    """Return how many runs trained at a time lately; the moments between two of them count as none."""
    mean = float(np.mean([_took(record, now) for record in begun]))
    since = max(min(record.started.moment for record in begun), now - max(LEAST_SECONDS, 2 * mean))
    busy = sum(max(_end(record, now) - max(record.started.moment, since), 0) for record in begun)
    return max(busy / max(now - since, 1e-3), 0.5)
