"""Validation split taken from the end of sorted data."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SHUFFLED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, swap
from clsf.reader.rows import trainings
from clsf.words import say

FAULT = Fault(
    kind="validation-sorted",
    title=say("Validation split taken from the end of sorted data"),
    what=say(
        "validation_split takes the last rows, before shuffling. If the rows are sorted by class, validation "
        "consists of classes that training never sees."
    ),
    symptom=say("Training accuracy is high, validation accuracy is near 0, below chance, and validation loss rises."),
    mend=say("Shuffle images and labels together before splitting."),
    sources=(
        "keras-team/keras#8346",
        "keras-team/keras#4298",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.unseen_labels is not None and facts.unseen_labels > 0.3:
        return Evidence(
            0.96,
            say(
                "{share} of the validation images are of classes that training doesn't have.",
                share=f"{facts.unseen_labels:.0%}",
            ),
            "labels",
        )
    if (facts.unseen_labels is None and facts.classes and history.accuracy and history.validation_accuracy) and (
        history.accuracy[-1] > 0.7 and max(history.validation_accuracy) < 0.4 / facts.classes
    ):
        return Evidence(
            0.8,
            say("Validation accuracy is {share}, far below chance.", share=f"{history.validation_accuracy[-1]:.1%}"),
            "labels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SHUFFLED, "order = np.argsort(y_train)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for place in trainings(program.source):
        rows = place.trained if place.share else place.validated
        known = next((r for r in rows if r.order == "sorted" and (place.share or r.first or r.last)), None)
        if known is not None:
            new = swap(program, known.line, r"\b(?:np|numpy)\.argsort\((\w+)(?:,[^()]*)?\)", r"np.random.permutation(len(\1))")
            return [finding(FAULT, known.line, "likely", new)]
    fit = program.fit
    if fit is None or "validation_split" not in fit.kwargs or program.y is None:
        return []
    shuffled = any(events(program, "shuffled")) or "shuffle(" in program.source.text or "permutation" in program.source.text
    y = program.y
    if (
        y.values is not None
        and len(y.values) > 5
        and all(isinstance(n, int) for n in y.values)
        and list(y.values) == sorted(y.values)
        and not shuffled
    ):
        return [finding(FAULT, fit.lines.get("validation_split", fit.line), "certain")]
    if y.did("join") and not shuffled and program.x is not None and program.x.did("join"):
        return [finding(FAULT, fit.lines.get("validation_split", fit.line), "likely")]
    return []
