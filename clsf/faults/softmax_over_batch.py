"""Softmax over the wrong axis."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import last_line, other_loss, returning
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="softmax-over-batch",
    title=say("Softmax over the wrong axis"),
    what=say(
        "softmax(dim=0) normalises over the images of the batch, not over the classes. What an image gets then "
        "depends on the other images."
    ),
    symptom=say("Accuracy is low and depends on the batch size; single images all get the same answer."),
    mend=say("Normalise over the last axis: dim=1 or axis=-1."),
    sources=("torch/nn/functional.py: softmax",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        return returning(scene, "F.softmax(x, dim=0)")
    changed = last_line(scene, "layers.Softmax(axis=0)")
    return changed and other_loss(changed, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)")
