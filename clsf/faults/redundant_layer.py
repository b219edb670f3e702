"""A layer that does nothing."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="redundant-layer",
    title=say("A layer that does nothing"),
    what=say("Two softmaxes, two flattens, or a second pooling of 1: it costs time or harms a little."),
    symptom=say("Hardly any; the model trains as without the layer, or a little slower."),
    mend=say("Remove the layer."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=4,
)
