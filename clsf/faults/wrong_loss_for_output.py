"""The loss doesn't fit the model's output."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="wrong-loss-for-output",
    title=say("The loss doesn't fit the model's output"),
    what=say(
        "The number of outputs, their activation and the loss belong together. One output needs a binary loss, C "
        "outputs need a categorical one."
    ),
    symptom=say("An error about shapes or labels out of range, or a loss that stands still or becomes negative."),
    mend=say("One output: sigmoid and binary cross-entropy. C outputs: softmax and categorical cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return other_loss(scene, "loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)")
    return other_loss(scene, "loss_fn = nn.BCEWithLogitsLoss()")
