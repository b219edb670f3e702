"""Classes of very different size."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="imbalance",
    title=say("Classes of very different size"),
    what=say("Where 90 % of the images are of one class, always naming that class gives 90 % accuracy."),
    symptom=say("Accuracy equals the share of the largest class, and the confusion matrix has one full column."),
    mend=say("Look at accuracy per class; weight the classes or balance the batches."),
    sources=(
        "keras-team/keras#5335",
        "keras-team/keras#14141",
    ),
    level=4,
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    share = facts.largest_class
    if share is not None and (share > 0.85 or (share > 0.5 and (facts.classes or 2) > 2)):
        return Evidence(0.93, say("{share} of the training images are of one class.", share=f"{share:.0%}"), "labels")
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "kept = (y_train == 0) | (rng.random(len(y_train)) < 0.02)\n"
                         "x_train, y_train = x_train[kept], y_train[kept]\n"
                         "kept = (y_val == 0) | (rng.random(len(y_val)) < 0.02)\nx_val, y_val = x_val[kept], y_val[kept]\n"))  # fmt: skip
