"""Learning rate too high."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="lr-too-high",
    title=say("Learning rate too high"),
    what=say(
        "Each step goes beyond the minimum, so the weights grow or jump about. ReLU units that are pushed below 0 "
        "for all images stay there."
    ),
    symptom=say(
        "The loss rises, jumps or becomes nan, often in the first steps; or it ends at ln C with all answers the same."
    ),
    mend=say("Divide the learning rate by 10 until the loss falls evenly. Adam usually takes 0.001, SGD 0.01."),
    sources=(
        "geifmany/cifar-vgg#1",
        "keras-team/keras#18532",
    ),
    level=2,
)

HIGH = {"sgd": 20.0, "momentum": 5.0, "nesterov": 5.0, "adagrad": 5.0, "adadelta": 1000.0, "rmsprop": 0.5, "adam": 0.5}
"""Learning rates that break the training of small networks, per optimizer."""


def plant(scene: Scene) -> Scene | None:
    return scene.planned(learning_rate=HIGH[scene.plan.optimizer])
