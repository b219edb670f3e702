"""Classes of very different size."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="imbalance",
    title=say("Classes of very different size"),
    what=say("Where 90 % of the images are of one class, always naming that class gives 90 % accuracy."),
    symptom=say("Accuracy equals the share of the largest class, and the confusion matrix has one full column."),
    mend=say("Look at accuracy per class; weight the classes or balance the batches."),
    sources=(
        "keras-team/keras#5335",
        "keras-team/keras#14141",
    ),
    level=4,
)
