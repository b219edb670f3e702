"""Learning rate too low."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="lr-too-low",
    title=say("Learning rate too low"),
    what=say("Each step changes the weights by too little."),
    symptom=say("The loss falls evenly but hardly at all; accuracy rises very slowly and training equals validation."),
    mend=say("Multiply the learning rate by 10."),
    sources=("keras-team/keras#2711",),
    level=2,
)
