"""Too much dropout."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="dropout",
    title=say("Too much dropout"),
    what=say("With rates of 0.8, or several layers of 0.5 in a row, hardly anything gets through while training."),
    symptom=say("Training accuracy is far below validation accuracy, and both rise slowly."),
    mend=say("Use 0.2 to 0.5, once or twice."),
    sources=("BerkeleyHCI/umlaut",),
    level=3,
    differences=("dropout-rate",),
)
