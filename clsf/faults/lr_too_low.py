"""Learning rate too low."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.scene import Scene
from clsf.plan import LEARNING_RATES
from clsf.reader.looks import Program, found, number, pretrained
from clsf.reader.training import rate_of
from clsf.words import say

FAULT = Fault(
    kind="lr-too-low",
    title=say("Learning rate too low"),
    what=say("Each step changes the weights by too little."),
    symptom=say("The loss falls evenly but hardly at all; accuracy rises very slowly and training equals validation."),
    mend=say("Multiply the learning rate by 10."),
    sources=("keras-team/keras#2711",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(learning_rate=LEARNING_RATES[scene.plan.optimizer] * 1e-4)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None or pretrained(program):
        return []
    rate, line = rate_of(made)
    if not number(rate) or rate <= 0:
        return []
    slow = made.name.lower() in ("sgd",)
    if rate <= (1e-5 if slow else 1e-6):
        return [found(FAULT, line, "likely")]
    if rate <= (1e-4 if slow else 2e-5):
        return [found(FAULT, line, "smell")]
    if made.name.lower() in ("adadelta",) and rate < 0.01:
        return [found(FAULT, line, "smell")]
    return []
