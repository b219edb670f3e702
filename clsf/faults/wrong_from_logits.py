"""from_logits doesn't fit what the model gives."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="wrong-from-logits",
    title=say("from_logits doesn't fit what the model gives"),
    what=say(
        "The loss is told that it gets probabilities while the model gives logits, or the other way round. Logits "
        "taken as probabilities are scaled by their sum and cut to be between 0 and 1, and where they are cut "
        "there is no gradient."
    ),
    symptom=say("The loss is large and jumps, or stays near the same value; accuracy stays low or at chance."),
    mend=say("Use from_logits=True for a model without a last softmax, and from_logits=False for one with it."),
    sources=(
        "BerkeleyHCI/umlaut",
        "keras/src/backend/tensorflow/nn.py: sparse_categorical_crossentropy",
    ),
    level=2,
    not_in={"torch": say("PyTorch's losses have no such argument; each takes one of the two.")},
)


def plant(scene: Scene) -> Scene | None:
    return other_loss(scene, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)") if scene.keras else None
