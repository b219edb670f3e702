"""No last activation where the loss expects probabilities."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-last-activation",
    title=say("No last activation where the loss expects probabilities"),
    what=say(
        "The loss takes probabilities, but the last layer gives any number. Values below 0 are cut to nearly 0, so "
        "their gradient is 0."
    ),
    symptom=say("The loss is large, jumps or stays still, and accuracy is near chance."),
    mend=say("Add softmax or sigmoid, or use the loss that takes logits."),
    sources=("keras/src/losses/losses.py: CategoricalCrossentropy",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.CategoricalCrossentropy()", probabilities=False)
    return other_loss(scene, "loss_fn = nn.NLLLoss()")
