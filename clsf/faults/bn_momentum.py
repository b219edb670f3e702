"""Moving averages of batch normalisation lag behind."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import each_layer, normed
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN
from clsf.reader.extent import batch_size
from clsf.reader.looks import Program, finding, number, rounds, swap
from clsf.words import say

FAULT = Fault(
    kind="bn-momentum",
    title=say("Moving averages of batch normalisation lag behind"),
    what=say(
        "Keras keeps 0.99 of the old average at each step. After 100 steps, 37 % of the initial value are still in "
        "it, and evaluation uses these averages. In PyTorch the same is momentum=0.01."
    ),
    symptom=say(
        "Training accuracy is high while validation is at chance, or far below, in the first epochs. With more "
        "steps the gap closes."
    ),
    mend=say("Train for more steps, or use momentum=0.9."),
    sources=(
        "CrossedWires, arXiv:2108.12768",
        "keras/src/layers/normalization/batch_normalization.py: BatchNormalization",
    ),
    level=3,
    differences=("bn-momentum",),
)


USUAL = 0.99
"""Keras' default, which a short run can't forget either; settings up to it are not a fault."""


SLOW, LEFT, SHORT = 0.9975, 0.3, 20
"""Thresholds: share of an average kept per step; share of its start left at the end; number of epochs, if the steps are unknown."""


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.batch_norms == 0 or not history.validation_accuracy or not history.accuracy:
        return None
    behind = history.validation_accuracy[-1] < 0.6 * history.accuracy[-1] and history.accuracy[-1] > 0.2
    above = bool(history.validation_loss) and history.validation_loss[-1] > 2 * history.loss[-1] + 0.3
    if facts.batch_norms and facts.norm_momentum is not None and history.steps:
        left = facts.norm_momentum**history.steps
        lost = left > 0.6 and bool(facts.classes) and history.validation_accuracy[-1] < 1.3 / facts.classes
        if left > 0.3 and facts.norm_momentum > USUAL and (behind or above or lost):
            return Evidence(
                0.94, say("At step {steps}, {share} of the initial averages are still in what evaluation uses.", steps=history.steps, share=f"{left:.0%}"), "with-eval",
            )  # fmt: skip
        return None
    if (
        facts.batch_norms is None
        and facts.classes
        and history.accuracy[-1] > 0.75
        and history.validation_accuracy[-1] < 1.8 / facts.classes
    ):
        return Evidence(0.55, say("Training accuracy is high while validation is at chance."), "with-eval")
    return None


def plant(scene: Scene) -> Scene | None:
    if not normed(scene):
        return None
    return each_layer(scene, lambda layer: replace(layer, momentum=0.999) if layer.role == "Batchwise" else layer)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for op in program.ops:
        if op.kind != "Batchwise" or op.made is None:
            continue
        given = op.made.get("momentum", 2 if program.torch else 1)
        if not number(given):
            continue
        if program.torch and given >= 0.5:
            return [
                finding(
                    FAULT,
                    op.line,
                    "likely",
                    swap(program, op.line, rf"momentum\s*=\s*{given}", f"momentum={round(1 - given, 6)}"),
                )
            ]
        keep, usual = (1 - given, "0.1") if program.torch else (given, "0.9")
        steps = _steps(program)
        if SLOW <= keep < 1 and (keep**steps > LEFT if steps else (rounds(program) or SHORT + 1) <= SHORT):
            new = swap(program, op.line, rf"momentum\s*=\s*{given:g}0*\b", f"momentum={usual}")
            return [finding(FAULT, op.line, "likely" if steps else "smell", new)]
        if program.keras and given <= 0.3:
            return [
                finding(
                    FAULT,
                    op.line,
                    "likely",
                    swap(program, op.line, rf"momentum\s*=\s*{given}", f"momentum={round(1 - given, 6)}"),
                )
            ]
    return []


def _steps(program: Program) -> int | None:
    """Return how many steps a program trains; None if the source doesn't say."""
    x, batch, epochs = program.x, batch_size(program), rounds(program)
    if x is None or not isinstance(batch, int) or batch < 1 or epochs is None:
        return None
    count = x.shape[0] if x.shape and isinstance(x.shape[0], int) else None
    known = KNOWN.get(x.source)
    count = count or (known[2] if known and x.part == "train" and not x.did("split", "subset", "slice") else None)
    return epochs * count // batch if count else None
