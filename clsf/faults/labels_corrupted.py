"""Labels don't belong to the images."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="labels-corrupted",
    title=say("Labels don't belong to the images"),
    what=say("Images and labels were shuffled separately, or part of the labels is wrong."),
    symptom=say("Validation stays at chance, or below its usual value, while training accuracy can still rise by memorising."),
    mend=say("Shuffle images and labels with one permutation; look at images with their labels."),
    sources=("Zhang et al. 2017, arXiv:1611.03530",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "y_train = rng.permutation(y_train)\n"))
