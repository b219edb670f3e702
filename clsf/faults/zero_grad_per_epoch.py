"""Gradients set to zero only once an epoch."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="zero-grad-per-epoch",
    title=say("Gradients set to zero only once an epoch"),
    what=say(
        "zero_grad() stands before the loop over the batches. Within an epoch each step uses the sum of all "
        "gradients since the epoch began."
    ),
    symptom=say("The gradient norm grows through an epoch and falls back at its beginning. The loss has the same sawtooth."),
    mend=say("Move zero_grad() into the loop over batches."),
    sources=("pytorch/pytorch#47175",),
    level=3,
    not_in={"tensorflow": say("A GradientTape computes gradients anew in each step.")},
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.edited(
        ("        optimizer.zero_grad()  # gradients add up until they are cleared\n", ""),
        ("    for first in range(0, len(order), BATCH_SIZE):\n        batch",
         "    optimizer.zero_grad()\n    for first in range(0, len(order), BATCH_SIZE):\n        batch"),
    )  # fmt: skip
