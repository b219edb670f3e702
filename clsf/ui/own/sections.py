"""The steps of the Own classes page; only the one in view computes."""

from __future__ import annotations

from clsf.ui.own import collect, keys, questions, take, teach, try_it
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("collect", say("Collect"), ":material/photo_camera:", collect.show),
        Section("teach", say("Teach it"), ":material/school:", teach.show),
        Section("try", say("Try it"), ":material/psychology:", try_it.show),
        Section("questions", say("Questions"), ":material/help:", questions.show),
        Section("home", say("Take it home"), ":material/inventory_2:", take.show),
    ),
    label=say("Step"),
)
