"""The bug lab: programs with a planted fault, to be found by their symptoms. Only the rules; pages and commands show the game."""

from clsf.faults.lab.bench import BenchTask, ProgramBench
from clsf.faults.lab.cases import LEVELS, BugCase, case_of, daily, new_case, playable
from clsf.faults.lab.game import Attempt, answer_of, checked, hint, mended, points, probe_scene
from clsf.faults.lab.streak import Streak

__all__ = [
    "LEVELS",
    "Attempt",
    "BenchTask",
    "BugCase",
    "ProgramBench",
    "Streak",
    "answer_of",
    "case_of",
    "checked",
    "daily",
    "hint",
    "mended",
    "new_case",
    "playable",
    "points",
    "probe_scene",
]  # fmt: skip
