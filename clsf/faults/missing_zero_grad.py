"""Gradients never set to zero."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
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


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.edited(("        optimizer.zero_grad()  # gradients add up until they are cleared\n", ""))
    )
