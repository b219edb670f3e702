"""Sigmoid outputs with a categorical loss."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="sigmoid-with-categorical",
    title=say("Sigmoid outputs with a categorical loss"),
    what=say(
        "Sigmoid gives each class a probability of its own; they don't sum to 1. Categorical cross-entropy expects "
        "one distribution over all classes, and scales or reads the outputs otherwise."
    ),
    symptom=say(
        "It learns, but slower and less well, and the outputs aren't probabilities. In PyTorch the loss can't fall "
        "below ln(1 + (C - 1)/e)."
    ),
    mend=say(
        "Use softmax where an image has exactly one class; keep sigmoid for several labels at once, with binary cross-entropy."
    ),
    sources=("keras-team/keras#6327",),
    level=3,
)
