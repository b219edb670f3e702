"""Never back to training mode."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-train-mode",
    title=say("Never back to training mode"),
    what=say(
        "evaluate() calls model.eval(), and nothing calls model.train() afterwards. From the second epoch on there "
        "is no dropout, and batch normalisation uses fixed averages."
    ),
    symptom=say(
        "The first epoch is as usual. Then training accuracy rises above validation accuracy at once, as without dropout."
    ),
    mend=say("Call model.train() at the beginning of each epoch."),
    sources=("d2l-ai/d2l-en#1093",),
    level=4,
    not_in={"tensorflow": say("fit tells each layer that it trains.")},
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras or not (normed(scene) or "F.dropout" in scene.text):
        return None
    return scene.edited(("    model.train()  # dropout on, batch normalisation by the batch; evaluate() switched it off\n", ""))
