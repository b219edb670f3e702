"""Probes, hints and points of the bug lab."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clsf.faults import FAULTS
from clsf.faults.lab.cases import Case
from clsf.faults.probes import PROBES, Answer
from clsf.faults.running import Ran
from clsf.faults.scene import Scene
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.words import Sentence, say

FULL, HINT, WRONG = 10, 2, 3
"""Points of a case, and what a hint and a wrong answer cost."""

NEAR = 2  # lines that an answer may be off


@dataclass(frozen=True)
class Attempt:
    """What a student has done in a case so far."""

    probes: tuple[str, ...] = ()
    hints: int = 0
    wrong: int = 0


def points(attempt: Attempt) -> int:
    """Return what a right answer is worth now."""
    return max(FULL - sum(PROBES[name].cost for name in attempt.probes) - HINT * attempt.hints - WRONG * attempt.wrong, 1)


def checked(case: Case, kinds: set[str], line: int | None) -> tuple[bool, bool | None]:
    """Return whether the diagnosis is right, and whether the line is, two lines off at most. No line: None."""
    near = None if line is None else any(abs(line - wrong) <= NEAR for wrong in case.lines)
    return kinds == set(case.kinds), near


def hint(case: Case, number: int) -> Sentence:
    """Return a hint: first the symptom in words, then the line."""
    if number == 0:
        return FAULTS[case.kinds[0]].symptom
    return say("Look near line {line}.", line=case.lines[0])


def answer_of(probe: str, ran: Ran, again: Ran | None = None) -> Answer:
    """Return what a probe shows of a program that was run. `again`: what the probe's own run did, see `probe_scene`."""
    return PROBES[probe].answer(ran.seen(again)) or Answer(say("This program can't be asked that."))


def probe_scene(case: Case, probe: str) -> Scene | None:
    """Return the program that a probe runs once more, None for a probe that needs none. The healthy run is a healthy program's."""
    change = PROBES[probe].run
    if change is None:
        return None
    if probe == "other-data":
        other = next(data for data in DATA if data != case.faulty.plan.data)
        return healthy(case.framework, other, MODELS[0], 0, epochs=16).planned(train_limit=1200)  # shapes take so long
    return replace(case.faulty, plan=change(case.faulty.plan))


OFFERED = (
    "first-loss", "overfit-batch", "gradients", "with-eval", "labels", "pixels", "shapes", "other-data", "floor", "outputs", "batches",
    "weights", "rates", "activations", "metric", "duplicates", "memory", "lower-rate",
)  # fmt: skip
"""Probes of the bug lab, in the order of its menu."""
