"""A default learning rate that hardly learns."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="optimizer-default-lr",
    title=say("A default learning rate that hardly learns"),
    what=say(
        "Defaults differ: Adadelta's is 0.001 in Keras and 1.0 in PyTorch, SGD's is 0.01 in Keras and 0.001 in "
        "PyTorch. Some hardly learn in a few epochs."
    ),
    symptom=say("The loss falls very slowly, as with a learning rate that is too low."),
    mend=say("Say the learning rate."),
    sources=(
        "keras/src/optimizers/adadelta.py: Adadelta",
        "torch/optim/adadelta.py: Adadelta",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer="adadelta", learning_rate=0.001)
