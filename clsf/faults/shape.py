"""Shapes don't fit."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="shape",
    title=say("Shapes don't fit"),
    what=say("A layer's input size is wrong, Flatten is missing, or the batch axis is missing."),
    symptom=say("An error that names two sizes at the first batch."),
    mend=say("Compute the sizes layer by layer; print the shape before the layer that fails."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        height, width, channels = scene.shape
        return scene.edited(
            (
                f"keras.Input(shape=({height}, {width}, {channels}))",
                f"keras.Input(shape=({height + 4}, {width + 4}, {channels}))",
            )
        )
    return scene.with_pattern(r"nn\.Linear\((\d+)", r"nn.Linear(1\1", 1)
