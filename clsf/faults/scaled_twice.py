"""Pixels scaled twice."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="scaled-twice",
    title=say("Pixels scaled twice"),
    what=say("Divided by 255 in the data and again in the model, all inputs are below 0.004: nearly black."),
    symptom=say("The loss stays near ln C for a long time and learning is very slow."),
    mend=say("Scale once: ToTensor and Rescaling already do it."),
    sources=(
        "tensorflow/tensorflow#42506",
        "keras-team/keras-io#1549",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((PREPARED, "    return images / 255 / 255\n"))
