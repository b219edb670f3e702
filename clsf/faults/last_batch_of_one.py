"""A last batch of one image."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SETTLED, normed
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="last-batch-of-one",
    title=say("A last batch of one image"),
    what=say("Batch normalisation over a single vector has no variance. PyTorch refuses; Keras returns the shift alone."),
    symptom=say('PyTorch stops at the end of the first epoch: "Expected more than 1 value per channel when training".'),
    mend=say("Drop the last batch (drop_last=True), or choose another batch size."),
    sources=(
        "fastai/fastai#1352",
        "torch/nn/functional.py: batch_norm",
    ),
    level=1,
    not_in={"tensorflow": say("Keras computes a variance of 0 and goes on without a message.")},
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras or not normed(scene):
        return None
    return scene.edited(
        (SETTLED, SETTLED + "x_train, y_train = x_train[: len(x_train) // BATCH_SIZE * BATCH_SIZE - BATCH_SIZE + 1], "
         "y_train[: len(x_train) // BATCH_SIZE * BATCH_SIZE - BATCH_SIZE + 1]\n"),
        ("        if len(batch) == 1:  # batch normalisation refuses to normalise a single image\n            continue\n", ""),
    )  # fmt: skip
