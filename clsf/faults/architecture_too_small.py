"""Network too small."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.model.layers import Dense
from clsf.words import say

FAULT = Fault(
    kind="architecture-too-small",
    title=say("Network too small"),
    what=say("A few units can't hold what tells the classes apart."),
    symptom=say("Training accuracy stops low, and validation equals it."),
    mend=say("Use more filters or units, or one more layer."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.layered(lambda layers: [*layers[:-1], Dense(1, activation="relu"), layers[-1]])
