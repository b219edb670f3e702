"""No eval() before evaluation."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-eval",
    title=say("No eval() before evaluation"),
    what=say(
        "A PyTorch model stays in training mode. Dropout keeps dropping, and batch normalisation uses each batch's "
        "own statistics and keeps updating its averages."
    ),
    symptom=say("Validation numbers are worse than they should be and change from call to call, also on the same images."),
    mend=say("Call model.eval() before evaluation and model.train() after it."),
    sources=(
        "yaodongyu/TRADES#3",
        "itayhubara/BinaryNet.tf#9",
    ),
    level=3,
    not_in={"tensorflow": say("fit, evaluate and predict tell each layer whether it trains.")},
    differences=("eval-mode",),
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras or not (normed(scene) or "F.dropout" in scene.text):
        return None
    return scene.edited(("    model.eval()  # dropout off, batch normalisation by its moving averages\n", ""))
