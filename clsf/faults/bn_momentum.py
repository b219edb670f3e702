"""Moving averages of batch normalisation lag behind."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.planting import each_layer, normed
from clsf.faults.scene import Scene
from clsf.model.layers import BatchNorm
from clsf.words import say

FAULT = Fault(
    kind="bn-momentum",
    title=say("Moving averages of batch normalisation lag behind"),
    what=say(
        "Keras keeps 0.99 of the old average at each step. After 100 steps, 37 % of the initial value are still in "
        "it, and evaluation uses these averages. In PyTorch the same is momentum=0.01."
    ),
    symptom=say(
        "Training accuracy is high while validation is at chance, or far below, in the first epochs. With more "
        "steps the gap closes."
    ),
    mend=say("Train for more steps, or use momentum=0.9."),
    sources=(
        "CrossedWires, arXiv:2108.12768",
        "keras/src/layers/normalization/batch_normalization.py: BatchNormalization",
    ),
    level=3,
    differences=("bn-momentum",),
)


def plant(scene: Scene) -> Scene | None:
    if not normed(scene):
        return None
    return each_layer(scene, lambda layer: replace(layer, momentum=0.999) if isinstance(layer, BatchNorm) else layer)
