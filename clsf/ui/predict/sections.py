"""The parts of the Predict page, and which one the reader looks at; only that one computes."""

from clsf.ui.predict import home, inside, keys, measuring, trying
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    keys.SECTION,
    (
        Section("try", say("Try it"), ":material/draw:", trying.show),
        Section("evaluate", say("Evaluate"), ":material/fact_check:", measuring.show),
        Section("inside", say("Look inside"), ":material/visibility:", inside.show),
        Section("home", say("Take it home"), ":material/inventory_2:", home.show),
        Section("report", say("Report"), ":material/description:", home.report),
    ),
)
