"""Stopped too early."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="too-few-epochs",
    title=say("Stopped too early"),
    what=say("Training ends while both losses still fall."),
    symptom=say("At the end both curves still improve, and training is no better than validation."),
    mend=say("Train longer; stop when validation no longer improves."),
    sources=("Prechelt 1998, Early stopping - but when?",),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(epochs=1, batch_size=128)
