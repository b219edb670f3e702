"""Gradients set to zero only once an epoch."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="zero-grad-per-epoch",
    title=say("Gradients set to zero only once an epoch"),
    what=say(
        "zero_grad() stands before the loop over the batches. Within an epoch each step uses the sum of all "
        "gradients since the epoch began."
    ),
    symptom=say("The gradient norm grows through an epoch and falls back at its beginning. The loss has the same sawtooth."),
    mend=say("Move zero_grad() into the loop over batches."),
    sources=("pytorch/pytorch#47175",),
    level=3,
    not_in={"tensorflow": say("A GradientTape computes gradients anew in each step.")},
)
