"""Softmax where an image may have several labels."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="softmax-for-multilabel",
    title=say("Softmax where an image may have several labels"),
    what=say("Softmax makes the classes compete, so two right labels can have at most 0.5 each."),
    symptom=say("Recall is low on images with several labels."),
    mend=say("One sigmoid per label, with binary cross-entropy."),
    sources=("keras-team/keras#741",),
    level=3,
)
