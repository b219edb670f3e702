"""A trained model as shown on pages: its record, and the name and style that distinguish it from the other one."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.charts.style import STYLES
from clsf.frameworks import TITLES
from clsf.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class AskedModel:
    """A trained model as shown on the page."""

    record: RunRecord
    name: str  # the framework's, with a number where both runs are of one
    colour: str
    mark: str

    @property
    def run_id(self) -> str:
        return self.record.run_id


def named(records: list[RunRecord]) -> list[AskedModel]:
    """Return the models with distinct names and styles."""
    titles = [TITLES[record.framework] for record in records]
    if len(set(titles)) < len(titles):
        titles = [f"{title} {number}" for number, title in enumerate(titles, start=1)]
    looks = [STYLES[record.framework] for record in records]
    marks = [look.mark for look in looks]
    return [AskedModel(r, title, look.colour, mark) for r, title, look, mark in zip(records, titles, looks, marks, strict=True)]
