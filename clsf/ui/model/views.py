"""The ways to look at a design, and which one the reader chose; only that one computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clsf.ui.model import code_view, diagram_view, keys, summary_view, volumes_view
from clsf.ui.model.editor import Bench
from clsf.ui.shared.sections import Sections
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class View:
    """One way; its name is in the link."""

    name: str
    title: Sentence
    icon: str
    show: Callable[[Bench], None]


VIEWS = Sections(
    keys.VIEW,
    (
        View("code", say("Code"), ":material/code:", code_view.show),
        View("diagram", say("Diagram"), ":material/account_tree:", diagram_view.show),
        View("volumes", say("Volumes"), ":material/view_in_ar:", volumes_view.show),
        View("summary", say("Summary"), ":material/table_rows:", summary_view.show),
    ),
    say("View"),
    keys.VIEW_LINK,
)
