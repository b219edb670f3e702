"""The parts of the Data page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

from clsf.ui.data import keys
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("look", say("Look"), ":material/apps:"),
        Section("numbers", say("Numbers"), ":material/bar_chart:"),
        Section("alike", say("Likeness"), ":material/scatter_plot:"),
        Section("split", say("Split"), ":material/call_split:"),
        Section("order", say("Shuffle"), ":material/shuffle:"),
        Section("vary", say("Augmentation"), ":material/auto_fix_high:"),
        Section("labels", say("Labels"), ":material/label:"),
        Section("own", say("Own images"), ":material/add_photo_alternate:"),
    ),
)
