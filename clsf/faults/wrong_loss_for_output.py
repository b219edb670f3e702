"""The loss doesn't fit the model's output."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


def in_run(history: History, facts: Facts) -> Evidence | None:
    if re.search(
        r"Target size .* must be the same as input size|must have the same rank|(target|output).*(same shape|shapes.*incompatible)",
        history.error,
    ):
        return Evidence(
            0.9 if facts.loss != "cross-entropy" else 0.7, say("The loss refuses the shapes of outputs and labels."), "shapes"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return other_loss(scene, "loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)")
    return other_loss(scene, "loss_fn = nn.BCEWithLogitsLoss()")
