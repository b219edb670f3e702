"""Layers in an order that hurts."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="architecture",
    title=say("Layers in an order that hurts"),
    what=say(
        "Pooling to one pixel too early, strides that skip most of the image, dropout or activation at the wrong "
        "place: information is lost that later layers can't get back."
    ),
    symptom=say("Training accuracy stays low, also after many epochs."),
    mend=say("Start from a known network, and change one thing at a time."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)
