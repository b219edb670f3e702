"""Learning rate schedule stepped once a batch."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="scheduler-per-batch",
    title=say("Learning rate schedule stepped once a batch"),
    what=say(
        "A schedule that is meant per epoch is stepped after each batch, so the learning rate is 0 for all "
        "purposes within the first epoch."
    ),
    symptom=say("The loss falls for some steps and then stands still for good."),
    mend=say("Step the scheduler once an epoch, or set its length in steps."),
    sources=(
        "pytorch/tutorials#640",
        "pytorch/vision#1261",
    ),
    level=3,
)
