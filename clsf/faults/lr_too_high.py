"""Learning rate too high."""

from clsf.faults.fault import Fault
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
