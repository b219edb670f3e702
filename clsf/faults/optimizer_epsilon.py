"""Epsilon of the optimizer is too large."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="optimizer-epsilon",
    title=say("Epsilon of the optimizer is too large"),
    what=say(
        "Adam and RMSprop divide by a root plus epsilon. With an epsilon near 1 the division does nothing, and "
        "steps are as small as the gradients."
    ),
    symptom=say("Learning is much slower than usual for the same learning rate."),
    mend=say("Leave epsilon at 1e-7 or 1e-8."),
    sources=(
        "CrossedWires, arXiv:2108.12768",
        "keras/src/optimizers/adam.py: Adam",
    ),
    level=3,
    differences=(
        "adam-rule",
        "rmsprop-rule",
    ),
)


def plant(scene: Scene) -> Scene | None:
    scene = scene.planned(optimizer="adam", learning_rate=0.001)
    if scene.keras:
        return scene.edited(("Adam(learning_rate=LEARNING_RATE", "Adam(learning_rate=LEARNING_RATE, epsilon=1.0"))
    return scene.edited(("eps=1e-7", "eps=1.0"))
