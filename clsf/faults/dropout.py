"""Too much dropout."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import Dropout
from clsf.words import say

FAULT = Fault(
    kind="dropout",
    title=say("Too much dropout"),
    what=say("With rates of 0.8, or several layers of 0.5 in a row, hardly anything gets through while training."),
    symptom=say("Training accuracy is far below validation accuracy, and both rise slowly."),
    mend=say("Use 0.2 to 0.5, once or twice."),
    sources=("BerkeleyHCI/umlaut",),
    level=3,
    differences=("dropout-rate",),
)


def plant(scene: Scene) -> Scene | None:
    if not any(isinstance(layer, Dropout) for layer in scene.spec.layers):
        return None
    return each_layer(scene, lambda layer: Dropout(0.95) if isinstance(layer, Dropout) else layer)
