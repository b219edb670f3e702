"""Other preparation at evaluation."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="train-test-preprocess-mismatch",
    title=say("Other preparation at evaluation"),
    what=say("Training images are scaled and validation or new images aren't, or in another way."),
    symptom=say("Training accuracy is high while validation is near chance from the first epoch, with a large loss."),
    mend=say("Use one function for both."),
    sources=(
        "keras-team/keras#3477",
        "udacity/sdc-issue-reports#623",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            (
                "val_data = val_data.map(lambda x, y: (prepare(x), y))",
                "val_data = val_data.map(lambda x, y: (tf.cast(x, tf.float32), y))",
            )
        )
    return scene.edited(("model(prepare(images[first : first + 256]))", "model(prepare(images[first : first + 256]) * 255)"))
