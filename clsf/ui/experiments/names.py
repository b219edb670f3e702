"""The name and style of each run of an experiment: the same in the legend, the charts and the table."""

from __future__ import annotations

from clsf.charts.arm_styles import ArmStyle, arm_style
from clsf.charts.style import STYLES
from clsf.experiments.start import ExperimentRuns, Member
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.text import words
from clsf.words import Sentence

ORDERED = ("learning-rate", "batch-size")
"""Kinds whose arms are numbers, from small to large."""


def rows(experiment: ExperimentRuns) -> list[RunRow]:
    """Return the runs with their names and looks; the framework is in a name only if there are two."""
    both, arms = len(experiment.frameworks) > 1, 1 + max((m.arm for m in experiment.members), default=0)
    return [
        RunRow(name(m.label, m.record.framework, both), member_look(experiment, m, arms), m.record, words(m.label))
        for m in experiment.members
    ]


def name(label: Sentence, framework: str, both: bool) -> str:
    """Return what to call a run, or the score of an arm."""
    return f"{words(label)} · {STYLES[framework].title}" if both else words(label)


def member_look(experiment: ExperimentRuns, member: Member, arms: int) -> ArmStyle:
    return arm_style(member.arm, arms, member.record.framework, experiment.kind in ORDERED)


def varied(experiment: ExperimentRuns) -> list[str]:
    """Return the settings that the names say already."""
    names = {what for member in experiment.members for what, _ in member.varied}
    return sorted(names | ({"framework"} if len(experiment.frameworks) > 1 else set()))
