"""Learning rate too low."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.plan import LEARNING_RATES
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
