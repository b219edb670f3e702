"""A trained model as pages speak of it: its record, and what tells it from the one beside it."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.charts.style import STYLES
from clsf.frameworks import TITLES
from clsf.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class AskedModel:
    """A trained model as the page speaks of it."""

    record: RunRecord
    name: str  # the framework's, with a number where both runs are of one
    colour: str
    mark: str

    @property
    def run_id(self) -> str:
        return self.record.run_id


def named(records: list[RunRecord]) -> list[AskedModel]:
    """Return the models with names and looks that tell them apart."""
    titles = [TITLES[record.framework] for record in records]
    if len(set(titles)) < len(titles):
        titles = [f"{title} {number}" for number, title in enumerate(titles, start=1)]
    looks = [STYLES[record.framework] for record in records]
    marks = [look.mark for look in looks]
    return [AskedModel(r, title, look.colour, mark) for r, title, look, mark in zip(records, titles, looks, marks, strict=True)]
