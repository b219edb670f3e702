"""Mean of batch means."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="mean-of-means",
    title=say("Mean of batch means"),
    what=say("The mean over batches of each batch's mean gives a last, smaller batch the same weight as a full one."),
    symptom=say("Reported loss and accuracy are off by a little, most with few batches and a small last one."),
    mend=say("Sum over images and divide by their number."),
    sources=("CrossedWires, arXiv:2108.12768",),
    level=4,
)
