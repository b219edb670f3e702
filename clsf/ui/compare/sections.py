"""The parts of the Compare page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

from clsf.ui.shared import state
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

SECTIONS = Sections(
    state.COMPARE_SECTION,
    (
        Section("race", say("Two runs"), ":material/flag:"),
        Section("lockstep", say("Lockstep"), ":material/footprint:"),
        Section("switches", say("Switchboard"), ":material/toggle_on:"),
        Section("gap", say("The lecture's gap"), ":material/waterfall_chart:"),
        Section("noise", say("Noise"), ":material/scatter_plot:"),
        Section("defaults", say("Defaults that differ"), ":material/compare_arrows:"),
    ),
)
