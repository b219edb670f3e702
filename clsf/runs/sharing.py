"""What somebody else sees of a run: a link shows its numbers, never the owner's private images, their name, note or tags."""

from __future__ import annotations

from dataclasses import replace

from clsf.data import access, catalogue, private
from clsf.plan import Plan
from clsf.runs.query import Line
from clsf.runs.record import RunRecord


def seen(record: RunRecord) -> RunRecord:
    """Return the run as the reader may see it: itself, or a copy without anything that comes from private images of others.

    In the copy a reference stands for the images, and what was looked at inside the run is kept where it is numbers alone:
    activations and batches show the images themselves.
    """
    if may_see(record.plan.data, record.owner):
        return record
    return replace(
        record,
        plan=shared(record.plan, always=True),
        predictions_looked=[replace(look, activations={}) for look in list(record.predictions_looked)],
        steps_looked=[],
    )


def seen_line(line: Line) -> Line:
    """Return a line of the history as the reader may see it: note and tags are for the owner alone."""
    reader = access.reader()
    if reader is not access.PROGRAM and line.run.owner != reader:
        line = replace(line, note="", tags=())
    if not may_see(line.run.data, line.run.owner):
        line = replace(line, run=replace(line.run, data=catalogue.reference(line.run.data)))
    return line


def shared(plan: Plan, always: bool = False) -> Plan:
    """Return the plan for a file that may be given to others: a reference stands for private images.

    `always`: also for what is no private set any more.
    """
    if private.is_name(plan.data) and (always or not private.for_everybody(plan.data)):
        return plan.but(data=catalogue.reference(plan.data))
    return plan


def resolved(plan: Plan) -> Plan:
    """Return the plan of a file that was taken in: where its images are the reader's own, with their name again."""
    if private.is_name(plan.data) and not catalogue.is_cached(plan.data):
        return shared(plan, always=True)
    if catalogue.is_reference(plan.data):
        for name in private.own():
            if catalogue.reference(name) == plan.data:
                return plan.but(data=name)
    return plan


def may_see(data: str, owner: str) -> bool:
    """Return whether the reader may see images of the set `data` in what `owner` has made of it.

    Of a set that was removed, what is left is seen by who made it.
    """
    reader = access.reader()
    if reader is access.PROGRAM or not private.is_name(data):
        return True
    return catalogue.readable(data) if private.is_here(data) else owner == reader
