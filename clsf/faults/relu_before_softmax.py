"""ReLU on the last layer, before softmax."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import last_dense, returning
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="relu-before-softmax",
    title=say("ReLU on the last layer, before softmax"),
    what=say(
        "ReLU cuts negative logits to 0. Classes with a logit of 0 tie, and a unit that is below 0 for all images "
        "gets no gradient and never recovers."
    ),
    symptom=say("Some classes are never predicted, and the loss stays near ln C for them. Which classes depends on the seed."),
    mend=say("Let the last layer be linear before softmax."),
    sources=(
        "keras-team/keras#12096",
        "pytorch/examples#117",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return last_dense(scene, ', activation="relu"')
    return returning(scene, "F.relu(x)")
