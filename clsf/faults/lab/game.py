"""Probes, hints and points of the bug lab."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from clsf.faults.catalogue import FAULTS
from clsf.faults.lab.cases import BugCase
from clsf.faults.probes import PROBES, Answer
from clsf.faults.running import Ran
from clsf.faults.scene import Scene
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.reader.findings import faults
from clsf.reader.findings import mended as mended_text
from clsf.reader.program import read
from clsf.words import Sentence, say

FULL, HINT, WRONG = 10, 2, 3
"""Points of a case, and what a hint and a wrong answer cost."""


@dataclass(frozen=True)
class Attempt:
    """A student's actions in a case so far."""

    probes: tuple[str, ...] = ()
    hints: int = 0
    wrong: int = 0


def points(attempt: Attempt) -> int:
    """Return what a right answer is worth now."""
    return max(FULL - sum(PROBES[name].cost for name in attempt.probes) - HINT * attempt.hints - WRONG * attempt.wrong, 1)


def checked(case: BugCase, kinds: set[str], lines: set[int] | None) -> tuple[bool, bool | None]:
    """Return whether the diagnosis is right, and whether the lines are: one per fault, at most one line off. No lines: None."""
    if not lines:
        return kinds == set(case.kinds), None
    shown = [{*wrong, right} for wrong, right in zip(case.lines_of, case.right_lines, strict=True)]
    hit = [any(abs(line - n) <= 1 for line in lines for n in wrong) for wrong in shown]
    stray = [line for line in lines if not any(abs(line - n) <= 1 for wrong in shown for n in wrong)]
    return kinds == set(case.kinds), all(hit) and not stray


PARTLY = {
    "in-place", "lr-too-high", "missing-hidden-activation", "missing-training-flag", "softmax-one-unit", "softmax-over-batch", "syntax",
}  # fmt: skip
"""Kinds whose proposed line is only a part of the fix in these programs."""


def mended(case: BugCase) -> Scene:
    """Return the fixed program: the faulty one with the changes that the code reader proposes.

    If that is not the whole fix, the lines of the healthy program are used.
    """
    return mended_scene(case.kinds, case.faulty, case.healthy)


def mended_scene(kinds: tuple[str, ...], faulty: Scene, healthy: Scene) -> Scene:
    """Return the fixed program of a faulty one and its healthy twin, see `mended`."""
    if PARTLY & set(kinds):
        return healthy
    program = read(faulty.text)
    findings = [f for f in faults(program) if f.kind in kinds and not (f.new is None and f.before is None and f.after is None)]
    text = mended_text(program, findings)
    whole = {f.kind for f in findings} == set(kinds) and text.strip() != faulty.text.strip()
    return faulty.with_text(text if text.endswith("\n") else f"{text}\n") if whole and not _broken(text) else healthy


def _broken(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return True
    return False


def hint(case: BugCase, number: int) -> Sentence:
    """Return a hint: first the symptom in words, then the line."""
    if number == 0:
        return FAULTS[case.kinds[0]].symptom
    return say("Look near line {line}.", line=case.right_lines[0])


def answer_of(probe: str, ran: Ran, again: Ran | None = None) -> Answer:
    """Return a probe's answer about a program that was run. `again`: the result of the probe's own run, see `probe_scene`."""
    return PROBES[probe].answer(ran.seen(again)) or Answer(say("This program can't be asked that."))


def probe_scene(case: BugCase, probe: str) -> Scene | None:
    """Return the program that a probe runs itself; None if it needs none. The healthy-run probe uses a healthy program."""
    change = PROBES[probe].run
    if change is None:
        return None
    if probe == "other-data":
        other = next(data for data in DATA if data != case.faulty.plan.data)
        return healthy(case.framework, other, MODELS[0], 0, epochs=16).planned(train_limit=1200)  # shapes take long
    return replace(case.faulty, plan=change(case.faulty.plan))


OFFERED = (
    "first-loss", "overfit-batch", "gradients", "with-eval", "labels", "pixels", "shapes", "other-data", "floor", "outputs", "batches",
    "weights", "rates", "activations", "metric", "duplicates", "memory", "lower-rate",
)  # fmt: skip
"""Probes of the bug lab, in the order of its menu."""
