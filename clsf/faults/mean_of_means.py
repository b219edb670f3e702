"""Mean of batch means."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="mean-of-means",
    title=say("Mean of batch means"),
    what=say("The mean over batches of each batch's mean gives a last, smaller batch the same weight as a full one."),
    symptom=say("Reported loss and accuracy are off by a little, most with few batches and a small last one."),
    mend=say("Sum over images and divide by their number."),
    sources=("CrossedWires, arXiv:2108.12768",),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.edited(
        ("total += loss.item() * len(labels)", "total += loss.item()"),
        ("loss {total / seen:.4f}", "loss {total / (len(order) // BATCH_SIZE + 1):.4f}"),
    )
