"""The parts of the page For teachers, and which one is shown."""

from clsf.ui.shared.sections import Section, Sections
from clsf.ui.teachers import build, keys, papers, room
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("assignment", say("Assignment"), ":material/assignment:", build.show),
        Section("class", say("Your class"), ":material/groups:", room.show),
        Section("handouts", say("Handouts"), ":material/print:", papers.show),
        Section("guide", say("Guide"), ":material/menu_book:", papers.guide),
    ),
)
