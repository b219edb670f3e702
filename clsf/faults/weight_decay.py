"""Weight decay too strong."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="weight-decay",
    title=say("Weight decay too strong"),
    what=say(
        "Each step pulls all weights towards 0. Adam with weight_decay adds it to the gradient and scales it away; "
        "AdamW and Keras subtract it from the weights."
    ),
    symptom=say("Training and validation stop at the same high loss; weights shrink to 0."),
    mend=say("Use 1e-4 to 1e-2, less with SGD."),
    sources=("Loshchilov and Hutter 2019, arXiv:1711.05101",),
    level=3,
    differences=("weight-decay-style",),
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer="sgd", learning_rate=0.05, weight_decay=5.0)
