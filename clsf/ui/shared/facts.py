"""The actual state of the student's session, for checking the tasks of lessons: each page reports what was done on it.

A page says `tell("image", data=…, index=…)` where it knows it; runs are looked up.
"""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from clsf.course.tasks import FIELDS, Candidate, Check
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import identity, service_access

_TOLD = "facts_told"  # what -> list of values, the newest last
MOST = 40  # of one kind that are remembered
RUNS = 20  # newest runs that are checked


def tell(what: str, **values: object) -> None:
    """Remember something that the session holds. `what` and the names are those of clsf.course.tasks.FIELDS."""
    unknown = set(values) - set(FIELDS[what])
    if unknown:
        raise ValueError(f"no task asks for {unknown}")
    told = st.session_state.setdefault(_TOLD, {}).setdefault(what, [])
    if values in told:
        told.remove(values)
    told.append(values)
    del told[:-MOST]


def candidates(check: Check) -> list[Candidate]:
    """Return everything in the session that can satisfy a check."""
    told = list(st.session_state.get(_TOLD, {}).get(check.what, ()))
    if check.what == "run":
        told += [values for _, values in runs()]
    return told[::-1]


def done(check: Check) -> bool:
    return check.met(candidates(check))


def runs() -> Iterator[tuple[RunRecord, Candidate]]:
    """Return the reader's newest runs with the values that tasks check, the oldest first."""
    owner = identity.known()
    if not owner:
        return
    try:
        service = service_access.get_service()
        summaries = service.recent(owner, RUNS)
        frameworks = {s.group: len({o.framework for o in summaries if o.group == s.group}) for s in summaries}
        for summary in summaries[::-1]:
            record = service.record(summary.run_id)
            yield record, _run(record, frameworks[summary.group])
    except ClsfError:
        return


def _run(record: RunRecord, frameworks: int) -> dict[str, object]:
    last = record.epochs[-1] if record.epochs else None
    plan = record.plan
    return {
        "framework": record.framework, "frameworks": frameworks, "model": record.model.name, "data": plan.data,
        "status": record.status, "epochs": last.epoch if last else 0,
        "parameters": record.started.parameters if record.started else None,
        "train_accuracy": last.train_accuracy if last else None,
        "validation_accuracy": last.validation_accuracy if last else None,
        "train_loss": last.train_loss if last else None,
        "gap": last.train_accuracy - last.validation_accuracy
        if last and last.validation_accuracy is not None and last.train_accuracy is not None else None,
        "optimizer": plan.optimizer, "learning_rate": plan.learning_rate, "batch_size": plan.batch_size,
        "kinds": tuple(type(layer).__name__ for layer in record.model.layers),
    }  # fmt: skip
