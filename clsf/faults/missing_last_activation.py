"""No last activation where the loss expects probabilities."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="missing-last-activation",
    title=say("No last activation where the loss expects probabilities"),
    what=say(
        "The loss takes probabilities, but the last layer gives any number. Values below 0 are cut to nearly 0, so "
        "their gradient is 0."
    ),
    symptom=say("The loss is large, jumps or stays still, and accuracy is near chance."),
    mend=say("Add softmax or sigmoid, or use the loss that takes logits."),
    sources=("keras/src/losses/losses.py: CategoricalCrossentropy",),
    level=2,
)
