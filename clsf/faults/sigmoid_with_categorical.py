"""Sigmoid outputs with a categorical loss."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import last_dense, other_loss, returning
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="sigmoid-with-categorical",
    title=say("Sigmoid outputs with a categorical loss"),
    what=say(
        "Sigmoid gives each class a probability of its own; they don't sum to 1. Categorical cross-entropy expects "
        "one distribution over all classes, and scales or reads the outputs otherwise."
    ),
    symptom=say(
        "It learns, but slower and less well, and the outputs aren't probabilities. In PyTorch the loss can't fall "
        "below ln(1 + (C - 1)/e)."
    ),
    mend=say(
        "Use softmax where an image has exactly one class; keep sigmoid for several labels at once, with binary cross-entropy."
    ),
    sources=("keras-team/keras#6327",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        return returning(scene, "torch.sigmoid(x)")
    changed = last_dense(scene, ', activation="sigmoid"')
    return changed and other_loss(changed, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)")
