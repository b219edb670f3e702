"""The metric measures something else."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="metrics-wrong",
    title=say("The metric measures something else"),
    what=say(
        "keras.metrics.Accuracy compares outputs with labels for equality, sums that are never reset mix epochs, "
        "and accuracy over logits of a binary model has another threshold. The model itself learns."
    ),
    symptom=say("The loss falls as it should while accuracy stays near 0, or changes in a way that doesn't fit the loss."),
    mend=say('Use "accuracy" or the metric for your labels, and start sums anew in each epoch.'),
    sources=(
        "keras-team/tf-keras#15",
        "keras-team/keras#14231",
    ),
    level=4,
)
