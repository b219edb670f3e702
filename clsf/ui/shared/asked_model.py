"""A trained model as shown on pages: its record, and the name and style that distinguish it from the other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from clsf.charts.style import STYLES
from clsf.frameworks import TITLES
from clsf.predict import asking
from clsf.runs.record import RunRecord
from clsf.ui.shared import problems, service_access


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

    def html(self, said: str | None = None) -> str:
        """Return the symbol in its colour and the name, or else what is `said` as HTML, for under a picture."""
        return f'<span class="m" style="--own:{self.colour}">{self.mark}</span>{escape(self.name) if said is None else said}'


def answers(models: Sequence[AskedModel], job: str, *args: object, **more: object) -> list[tuple[AskedModel, object]]:
    """Ask all models at the same time; return those that answered, with their answers, and show once why others did not."""
    said = asking.ask_all(service_access.get_service(), [model.record for model in models], job, *args, **more)
    for error in {str(a.error): a.error for a in said if isinstance(a, asking.Failed)}.values():
        problems.show(error)
    return [(model, a) for model, a in zip(models, said, strict=True) if not isinstance(a, asking.Failed)]


def named(records: list[RunRecord]) -> list[AskedModel]:
    """Return the models with distinct names and styles."""
    titles = [TITLES[record.framework] for record in records]
    if len(set(titles)) < len(titles):
        titles = [f"{title} {number}" for number, title in enumerate(titles, start=1)]
    looks = [STYLES[record.framework] for record in records]
    marks = [look.mark for look in looks]
    return [AskedModel(r, title, look.colour, mark) for r, title, look, mark in zip(records, titles, looks, marks, strict=True)]
