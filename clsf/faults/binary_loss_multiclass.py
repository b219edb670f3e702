"""Binary loss for several classes."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import classes, one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="binary-loss-multiclass",
    title=say("Binary loss for several classes"),
    what=say(
        "binary_crossentropy scores each output as a yes-or-no question of its own. With one-hot labels nearly all "
        'answers are no, and Keras\' "accuracy" then counts right answers per output.'
    ),
    symptom=say("Accuracy is high from the first epoch, about 1 - 1/C even when nothing is learned, and the loss is small."),
    mend=say("Use categorical cross-entropy with softmax, and accuracy that fits it."),
    sources=(
        "keras-team/keras#3098",
        "frlim/data2040_final#1",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.BinaryCrossentropy()", "BinaryAccuracy")
    return other_loss(
        scene,
        "def loss_fn(outputs, labels):\n"
        f"    return F.binary_cross_entropy_with_logits(outputs, F.one_hot(labels, {classes(scene)}).float())\n",
    )
