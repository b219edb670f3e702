"""L1 or L2 penalty too strong."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.faults.signs import hardly_learns
from clsf.words import say

FAULT = Fault(
    kind="regularisation",
    title=say("L1 or L2 penalty too strong"),
    what=say("The penalty outweighs the loss, so all kernels go to 0 and the outputs no longer depend on the image."),
    symptom=say("Accuracy falls to chance, the loss to ln C; training equals validation."),
    mend=say("Divide the factor by 10 until the loss falls; 1e-4 is usual."),
    sources=("keras/src/regularizers/regularizers.py: L2",),
    level=3,
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.l2 and facts.l2 >= 0.01 and (hardly_learns(history, facts) or facts.l2 >= 0.3):
        return Evidence(
            0.93, say("A penalty of {value} on the kernels is added to the loss.", value=f"{facts.l2:g}"), "weights"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(l2=1.0)
