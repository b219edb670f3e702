"""Class names in another order."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="class-order",
    title=say("Class names in another order"),
    what=say(
        "Folder readers number the classes in alphabetical order. A list of names written by hand in another order "
        "gives names to the wrong classes."
    ),
    symptom=say("Accuracy is good, but the names shown are wrong, always in the same way."),
    mend=say("Take the names from the data set: class_names, class_to_idx."),
    sources=("keras-team/keras#7543",),
    level=4,
)
