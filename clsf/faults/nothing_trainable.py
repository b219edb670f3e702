"""Nothing is trained."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


def in_run(history: History, facts: Facts) -> Evidence | None:
    if (facts.idle is not None and facts.idle >= 0.999) or "does not require grad" in history.error:
        return Evidence(0.96, say("No step has changed a kernel."), "weights")
    if facts.idle is None and len(history.loss) > 2 and max(history.loss) - min(history.loss) < 1e-6 and not history.broke:
        return Evidence(0.8, say("The loss is the same in every epoch."), "weights")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("model.compile(\n", "model.trainable = False\nmodel.compile(\n"))
    return scene.with_pattern(r"^        optimizer\.step\(\).*\n", "")
