"""A planted fault that a student fixes in a program's text: read, never run."""

from __future__ import annotations

from functools import cache

from clsf.errors import ClsfError, CourseError
from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.lab import BugCase
from clsf.faults.scenes import MODELS, healthy
from clsf.reader.findings import faults
from clsf.reader.program import read

MOST = 20_000  # characters of a program


@cache
def planted(framework: str, kind: str) -> BugCase:
    """Return a program with a fault of a kind, as the bug lab has it. Raises CourseError if the fault can't be planted there."""
    for model in MODELS:
        start = healthy(framework, "digits", model, 0)
        faulty = functions("plant")[kind](start) if kind in functions("plant") else None
        if faulty is not None:
            return BugCase("", framework, FAULTS[kind].level, (kind,), start, faulty)
    raise CourseError("The fault {kind} can't be planted in a {framework} program.", kind=kind, framework=framework)


def found_kinds(text: str) -> list[str]:
    """Return the kinds of fault that the reader finds for certain, or likely, in a program."""
    try:
        return list(dict.fromkeys(f.kind for f in faults(read(text[:MOST])) if f.certainty != "smell"))
    except ClsfError:
        return []


def fixed(case: BugCase, text: str) -> bool:
    """Return whether a text is the case's program without its fault: none of its kinds is found, and no other part is missing."""
    try:
        program = read(text[:MOST])
    except ClsfError:
        return False
    kinds = {f.kind for f in faults(program)}
    kept = len(text.splitlines()) >= 0.8 * len(case.shown.splitlines())
    return program.spec is not None and kept and not kinds & set(case.kinds) and "syntax" not in kinds
