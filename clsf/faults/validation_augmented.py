"""Validation images are augmented."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="validation-augmented",
    title=say("Validation images are augmented"),
    what=say(
        "Random flips, shifts or rotations are for training. Augmented validation images are harder, and other "
        "images in each epoch."
    ),
    symptom=say("Validation is lower than it should be and noisy."),
    mend=say("Augment the training images only."),
    sources=(
        "keras-team/keras#10458",
        "tensorflow/tensorflow#44587",
    ),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            ("val_data = val_data.map(lambda x, y: (prepare(x), y))",
             "turn = layers.RandomRotation(0.2)\nval_data = val_data.map(lambda x, y: (turn(prepare(x), training=True), y))"),
        )  # fmt: skip
    return scene.edited(
        ("outputs = model(prepare(images[first : first + 256]))",
         "turned = np.rot90(images[first : first + 256], rng.integers(4), axes=(1, 2)).copy()\n        outputs = model(prepare(turned))"),
    )  # fmt: skip
