"""Validation images that were trained on."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SPLIT
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="data-leak",
    title=say("Validation images that were trained on"),
    what=say("The same images, near copies of them, or other images of the same patient or scene are in both sets."),
    symptom=say("Validation accuracy equals or exceeds training accuracy and is too good to be true. New images are worse."),
    mend=say("Split by group, remove duplicates, and use train=False for the test set."),
    sources=(
        "stefyste/RIAWELC#2",
        "UCSD-AI4H/COVID-CT#11",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SPLIT, ""))
