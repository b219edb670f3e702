"""Nothing is trained."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="nothing-trainable",
    title=say("Nothing is trained"),
    what=say("All weights are frozen, the step is never taken, or gradients are computed with respect to something else."),
    symptom=say(
        'Loss and accuracy are the same in each epoch, up to dropout. In PyTorch backward() may stop with "does '
        'not require grad".'
    ),
    mend=say("Let weights be trainable, and call the optimizer's step."),
    sources=("torch/optim/optimizer.py: Optimizer",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("model.compile(\n", "model.trainable = False\nmodel.compile(\n"))
    return scene.with_pattern(r"^        optimizer\.step\(\).*\n", "")
