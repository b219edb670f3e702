"""Softmax over one unit."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="softmax-one-unit",
    title=say("Softmax over one unit"),
    what=say("Softmax makes the outputs sum to 1. With a single unit the output is always 1, whatever the input."),
    symptom=say("Loss and accuracy never change: accuracy is the share of class 1."),
    mend=say("Use sigmoid for one unit, or two units with softmax."),
    sources=(
        "keras-team/keras#500",
        "keras-team/keras#126",
    ),
    level=2,
)
