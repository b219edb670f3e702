"""Labels that begin at 1."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="labels-from-one",
    title=say("Labels that begin at 1"),
    what=say("Losses expect classes from 0 to C - 1. Label C has no output, and output 0 has no label."),
    symptom=say(
        "PyTorch stops with an index error. TensorFlow gives a loss of nan on the GPU or an error on the CPU. With "
        "one unit more it trains, and one output is never used."
    ),
    mend=say("Subtract 1 from the labels."),
    sources=(
        "tensorflow/tensorflow#8484",
        "keras-team/keras#11786",
    ),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "y_train, y_val, y_test = y_train + 1, y_val + 1, y_test + 1\n"))
