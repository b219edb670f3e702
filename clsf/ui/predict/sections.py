"""The parts of the Predict page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

from clsf.ui.predict import keys
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("try", say("Try it"), ":material/draw:"),
        Section("evaluate", say("Evaluate"), ":material/fact_check:"),
        Section("inside", say("Look inside"), ":material/visibility:"),
        Section("home", say("Take it home"), ":material/inventory_2:"),
        Section("report", say("Report"), ":material/description:"),
    ),
)
