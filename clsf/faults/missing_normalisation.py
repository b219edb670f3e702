"""Pixels from 0 to 255 go in."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-normalisation",
    title=say("Pixels from 0 to 255 go in"),
    what=say(
        "Inputs of that size make activations and gradients about 255 times too large for usual starting weights "
        "and learning rates."
    ),
    symptom=say("The first loss is far above ln C, gradients are large, and the loss jumps or stays at ln C after that."),
    mend=say("Divide pixels by 255."),
    sources=(
        "theorangeduck.com/page/neural-network-not-working",
        "BerkeleyHCI/umlaut",
    ),
    level=2,
    differences=("input-scale",),
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((PREPARED, "    return images\n"))
