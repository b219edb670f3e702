"""The contents of a report: runs, test-set measurements, and the student's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clsf.predict.values import Evaluated
from clsf.runs.record import RunRecord

MOST_NOTES = 20_000  # characters

Measured = Mapping[str, Evaluated]
"""Run id -> its result on the test set; runs that were not evaluated are missing."""


@dataclass(frozen=True, slots=True)
class Contents:
    """One run, or two that are compared."""

    records: Sequence[RunRecord]
    names: Sequence[str]  # their names
    classes: Sequence[str]
    made: str  # the date, as text
    author: str = ""
    notes: str = ""
    measured: Measured = field(default_factory=dict)
    looks: int = 0  # how often the test set was used
    language: str = "en"
