"""Limits what other readers see of a run.

A link shows its numbers, never the owner's private images, their name, note or tags, nor the id of another run,
which would open it.
"""

from __future__ import annotations

from dataclasses import replace

from clsf.data import access, catalogue, private
from clsf.events import Event, RunFailed
from clsf.plan import Plan
from clsf.runs.query import RunLine
from clsf.runs.record import RunRecord
from clsf.words import Sentence


def seen(record: RunRecord) -> RunRecord:
    """Return the run as the reader may see it: itself, or a copy without anything that comes from other owners' private images.

    In the copy a reference replaces the images, and what was recorded inside the run is kept where it is only numbers:
    activations and batches show the images themselves.
    """
    if may_see(record.plan.data, record.owner):
        if record.plan.begin_from is None or access.reader() in (access.PROGRAM, record.owner):
            return record
        return replace(record, plan=_without_run(record.plan))
    return replace(
        record,
        plan=shared(record.plan, always=True),
        failure=None if record.failure is None else without_names(record.failure),
        predictions_looked=[replace(look, activations={}) for look in list(record.predictions_looked)],
        steps_looked=[],
    )


def seen_line(line: RunLine) -> RunLine:
    """Return a line of the history as the reader may see it: only the owner sees note and tags."""
    reader = access.reader()
    if reader is not access.PROGRAM and line.run.owner != reader:
        was = line.happened
        begun = None if was.begun_from is None else hint(was.begun_from)
        plan = {**line.plan, "begin_from": begun} if line.plan else {}
        line = replace(line, note="", tags=(), experiment="", happened=replace(was, begun_from=begun), plan=plan)
    if not may_see(line.run.data, line.run.owner):
        data = catalogue.reference(line.run.data)
        line = replace(line, run=replace(line.run, data=data), plan={**line.plan, "data": data} if line.plan else {})
    return line


def shared(plan: Plan, always: bool = False) -> Plan:
    """Return the plan for a file that may be given to others: private images are replaced by a reference, and the id of the run
    whose weights it began with by a few letters.

    `always`: also for sets that are no longer private.
    """
    plan = _without_run(plan)
    if private.is_name(plan.data) and (always or not private.for_everybody(plan.data)):
        return plan.but(data=catalogue.reference(plan.data))
    return plan


def hint(run_id: str) -> str:
    """Return the beginning of a run's id: its owner recognises the run by it, but it can't open the run."""
    return run_id if run_id.endswith("…") else run_id[:6] + "…"


def without_names(said: Sentence) -> Sentence:
    """Return a sentence, of a failure say, with references in place of the names of private images."""

    def clean(value: object) -> object:
        if isinstance(value, Sentence):
            return without_names(value)
        return private.NAME.sub(lambda name: catalogue.reference(name[0]), value) if isinstance(value, str) else value

    return replace(said, values={name: clean(value) for name, value in said.values.items()})


def told(event: Event) -> Event:
    """Return an event for a file that may be given to others."""
    return replace(event, sentence=without_names(event.sentence)) if isinstance(event, RunFailed) else event


def _without_run(plan: Plan) -> Plan:
    return plan if plan.begin_from is None else plan.but(begin_from=hint(plan.begin_from))


def resolved(plan: Plan) -> Plan:
    """Return the plan of an imported file: where its images are the reader's own, with their name again."""
    if private.is_name(plan.data) and not catalogue.is_cached(plan.data):
        return shared(plan, always=True)
    if catalogue.is_reference(plan.data):
        for name in private.own():
            if catalogue.reference(name) == plan.data:
                return plan.but(data=name)
    return plan


def may_see(data: str, owner: str) -> bool:
    """Return whether the reader may see images of the set `data` in runs of `owner`.

    Of a removed set, only its owner sees what is left.
    """
    reader = access.reader()
    if reader is access.PROGRAM or not private.is_name(data):
        return True
    return catalogue.readable(data) if private.is_here(data) else owner == reader
