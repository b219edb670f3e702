"""Momentum of 1 or close to it."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="momentum",
    title=say("Momentum of 1 or close to it"),
    what=say(
        "Momentum keeps a share of all earlier steps. With 0.99 the steps add up to 100 times one step; from 1 on "
        "they grow without limit."
    ),
    symptom=say("The loss falls, then swings or becomes nan."),
    mend=say("Use 0.9, or divide the learning rate by the same factor."),
    sources=("keras-team/keras#2711",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    scene = scene.planned(optimizer="momentum", learning_rate=0.05)
    return scene.edited(("momentum=0.9", "momentum=1.0" if scene.keras else "momentum=1.02"))
