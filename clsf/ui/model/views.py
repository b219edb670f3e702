"""The ways to look at a design, and which one the reader chose; only that one computes."""

from __future__ import annotations

from clsf.ui.model import code_view, diagram_view, keys, summary_view, volumes_view
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

VIEWS = Sections(
    keys.VIEW,
    (
        Section("code", say("Code"), ":material/code:", code_view.show),
        Section("diagram", say("Diagram"), ":material/account_tree:", diagram_view.show),
        Section("volumes", say("Volumes"), ":material/view_in_ar:", volumes_view.show),
        Section("summary", say("Summary"), ":material/table_rows:", summary_view.show),
    ),
    say("View"),
    keys.VIEW_LINK,
)
