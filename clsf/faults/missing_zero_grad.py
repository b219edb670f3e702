"""Gradients never set to zero."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.accumulates is not None and facts.accumulates > 0.98:
        return Evidence(0.96, say("Each step's gradients still hold those of all steps before."), "gradients")
    norms = history.gradient_norms
    if (facts.accumulates is None and facts.framework == "torch" and len(norms) > 60 and min(norms[:5]) > 0) and (
        sum(norms[-20:]) / 20 > 15 * sum(norms[:20]) / 20 and not facts.optimizer
    ):
        return Evidence(0.5, say("The gradient norm grows from step to step."), "gradients")
    return None


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.edited(("        optimizer.zero_grad()  # gradients add up until they are cleared\n", ""))
    )
