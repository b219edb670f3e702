"""L1 or L2 penalty too strong."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
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


def plant(scene: Scene) -> Scene | None:
    return scene.planned(l2=1.0)
