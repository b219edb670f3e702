"""No activation between layers."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-hidden-activation",
    title=say("No activation between layers"),
    what=say(
        "Without a non-linear function, two linear layers in a row compute one linear map: a product of matrices is a matrix."
    ),
    symptom=say("It trains like a linear model. Accuracy stops several points below what the same network reaches with ReLU."),
    mend=say("Put ReLU, or another non-linear function, after each hidden layer."),
    sources=("BerkeleyHCI/umlaut",),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    if not any(getattr(layer, "activation", "linear") != "linear" for layer in scene.spec.layers[:-1]):
        return None
    return each_layer(scene, lambda layer: replace(layer, activation="linear") if hasattr(layer, "activation") else layer)
