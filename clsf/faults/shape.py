"""Shapes don't fit."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="shape",
    title=say("Shapes don't fit"),
    what=say("A layer's input size is wrong, Flatten is missing, or the batch axis is missing."),
    symptom=say("An error that names two sizes at the first batch."),
    mend=say("Compute the sizes layer by layer; print the shape before the layer that fails."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)
