"""Network too small."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.narrowest is not None and facts.classes and facts.narrowest <= 3 and facts.classes >= 5:
        return Evidence(
            0.93,
            say("A layer is a bottleneck; it lets through, of numbers for each image: {count}.", count=facts.narrowest),
            "train-accuracy",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.layered(lambda layers: [*layers[:-1], Dense(1, activation="relu"), layers[-1]])
