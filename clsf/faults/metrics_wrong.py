"""The metric measures something else."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="metrics-wrong",
    title=say("The metric measures something else"),
    what=say(
        "keras.metrics.Accuracy compares outputs with labels for equality, sums that are never reset mix epochs, "
        "and accuracy over logits of a binary model has another threshold. The model itself learns."
    ),
    symptom=say("The loss falls as it should while accuracy stays near 0, or changes in a way that doesn't fit the loss."),
    mend=say('Use "accuracy" or the metric for your labels, and start sums anew in each epoch.'),
    sources=(
        "keras-team/tf-keras#15",
        "keras-team/keras#14231",
    ),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.planned(loss="categorical").with_pattern(
            r"keras\.metrics\.CategoricalAccuracy\(", "keras.metrics.Accuracy("
        )
    return scene.edited(
        ("for epoch in range(1, EPOCHS + 1):\n    began, total, right, seen = time.perf_counter(), 0.0, 0, 0\n",
         "total, right, seen = 0.0, 0, 0\nfor epoch in range(1, EPOCHS + 1):\n    began = time.perf_counter()\n"),
        ("loss {total / seen:.4f}", "loss {total / len(x_train):.4f}"),
    )  # fmt: skip
