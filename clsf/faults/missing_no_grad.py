"""Evaluation that records gradients."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-no-grad",
    title=say("Evaluation that records gradients"),
    what=say("Without torch.no_grad() evaluation builds a graph for a backward pass that never comes."),
    symptom=say("Evaluation is slower and takes more memory; the numbers are right."),
    mend=say("Wrap evaluation in torch.no_grad() or torch.inference_mode()."),
    sources=("torch/autograd/grad_mode.py: no_grad",),
    level=4,
    not_in={"tensorflow": say("Nothing is recorded outside a GradientTape.")},
)


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.edited(("@torch.no_grad()  # keep nothing for a backward pass: saves memory and time\n", ""))
    )
