"""The parts of the Compare page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

from clsf.ui.compare import cases, convert, defaults, lockstep, noise, race, switchboard
from clsf.ui.shared import state
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    state.COMPARE_SECTION,
    (
        Section("race", say("Two runs"), ":material/flag:", race.show),
        Section("lockstep", say("Lockstep"), ":material/footprint:", lockstep.show),
        Section("switches", say("Switchboard"), ":material/toggle_on:", switchboard.show),
        Section("gap", say("Cases"), ":material/waterfall_chart:", cases.show),
        Section("convert", say("Convert"), ":material/sync_alt:", convert.show),
        Section("noise", say("Noise"), ":material/scatter_plot:", noise.show),
        Section("defaults", say("Defaults that differ"), ":material/compare_arrows:", defaults.show),
    ),
)
