"""Weights moved over with another flatten order."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="flatten-order",
    title=say("Weights moved over with another flatten order"),
    what=say(
        "Keras flattens row, column, channel; PyTorch channel, row, column. Weights of the next dense layer belong "
        "to one order."
    ),
    symptom=say("Training looks normal in each framework. Weights taken from the other one give answers near chance."),
    mend=say("Reorder the rows of the dense kernel when weights are moved."),
    sources=(
        "gzuidhof/nn-transfer#16",
        "microsoft/MMdnn#595",
    ),
    level=4,
    differences=("flatten-order",),
)
