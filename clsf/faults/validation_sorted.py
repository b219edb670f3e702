"""Validation split taken from the end of sorted data."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SHUFFLED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="validation-sorted",
    title=say("Validation split taken from the end of sorted data"),
    what=say(
        "validation_split takes the last rows, before shuffling. If the rows are sorted by class, validation "
        "consists of classes that training never sees."
    ),
    symptom=say("Training accuracy is high, validation accuracy is near 0, below chance, and validation loss rises."),
    mend=say("Shuffle images and labels together before splitting."),
    sources=(
        "keras-team/keras#8346",
        "keras-team/keras#4298",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SHUFFLED, "order = np.argsort(y_train)"))
