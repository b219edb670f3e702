"""Softmax before a loss that applies softmax itself."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import last_dense, returning
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="softmax-then-logits-loss",
    title=say("Softmax before a loss that applies softmax itself"),
    what=say(
        "The model ends with softmax, and the loss takes its outputs as logits and applies softmax once more. The "
        "second softmax sees only numbers between 0 and 1, so even a perfect answer gets at most e times the "
        "weight of a wrong one."
    ),
    symptom=say(
        "The loss can't fall below ln(1 + (C - 1)/e), which is 1.461 for 10 classes, while accuracy may still "
        "rise. Gradients are small and learning is slow."
    ),
    mend=say("Leave the softmax out of the model, or use a loss that takes probabilities."),
    sources=(
        "Lightning-Universe/lightning-bolts#654",
        "torch/nn/functional.py: cross_entropy",
    ),
    level=2,
    differences=("softmax-before-loss",),
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return last_dense(scene, ', activation="softmax"')
    return returning(scene, "F.softmax(x, dim=1)")
