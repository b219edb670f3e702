"""No activation between layers."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="missing-hidden-activation",
    title=say("No activation between layers"),
    what=say(
        "Without a non-linear function, two linear layers in a row compute one linear map: a product of matrices is a matrix."
    ),
    symptom=say("It trains like a linear model. Accuracy stops several points below what the same network reaches with ReLU."),
    mend=say("Put ReLU, or another non-linear function, after each hidden layer."),
    sources=("BerkeleyHCI/umlaut",),
    level=4,
)
