"""The bug lab: programs with a planted fault, to be found by their symptoms. The rules of the game; pages and commands show it."""

from clsf.faults.lab.cases import LEVELS, Case, case_of, daily, new_case, playable
from clsf.faults.lab.game import Attempt, answer_of, checked, hint, points, probe_scene
from clsf.faults.lab.proof import first_difference

__all__ = [
    "LEVELS", "Attempt", "Case", "answer_of", "case_of", "checked", "daily", "first_difference", "hint", "new_case", "playable",
    "points", "probe_scene",
]  # fmt: skip
