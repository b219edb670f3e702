"""Some parameters aren't given to the optimizer."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="missing-parameters",
    title=say("Some parameters aren't given to the optimizer"),
    what=say(
        "The optimizer was made with the parameters of a part of the model, or before a layer was added. The "
        "others get gradients, but no update."
    ),
    symptom=say("Some layers never change. Accuracy stays below what the whole model reaches."),
    mend=say("Make the optimizer from model.parameters(), after the model is complete."),
    sources=("zjunlp/HVPNeT#5",),
    level=3,
)
