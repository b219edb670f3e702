"""Batch normalisation with tiny batches."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="bn-small-batch",
    title=say("Batch normalisation with tiny batches"),
    what=say("Mean and variance of two or four images are noisy, so each image is normalised by chance."),
    symptom=say("Training is noisy, and validation is worse than training or jumps from epoch to epoch."),
    mend=say("Use batches of 16 or more, or another normalisation."),
    sources=(
        "pytorch/pytorch#4741",
        "Wu and He 2018, arXiv:1803.08494",
    ),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(batch_size=2, epochs=min(scene.plan.epochs, 3)) if normed(scene) else None
