"""Gradients never set to zero."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="missing-zero-grad",
    title=say("Gradients never set to zero"),
    what=say(
        "backward() adds to the gradients that are already there. Without zero_grad() each step uses the sum over "
        "all batches so far."
    ),
    symptom=say("The gradient norm grows from step to step. The loss falls at first, then jumps or stays high."),
    mend=say("Call optimizer.zero_grad() before each backward()."),
    sources=(
        "pytorch/pytorch#47175",
        "udacity/deep-learning-v2-pytorch#160",
    ),
    level=2,
    not_in={"tensorflow": say("A GradientTape computes gradients anew in each step.")},
)
