"""The loss doesn't fit the model's output."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="wrong-loss-for-output",
    title=say("The loss doesn't fit the model's output"),
    what=say(
        "The number of outputs, their activation and the loss belong together. One output needs a binary loss, C "
        "outputs need a categorical one."
    ),
    symptom=say("An error about shapes or labels out of range, or a loss that stands still or becomes negative."),
    mend=say("One output: sigmoid and binary cross-entropy. C outputs: softmax and categorical cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)
