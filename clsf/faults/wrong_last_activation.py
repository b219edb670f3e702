"""The last activation doesn't fit the task."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import last_dense, returning
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="wrong-last-activation",
    title=say("The last activation doesn't fit the task"),
    what=say(
        "tanh, ReLU or another function at the end limits the outputs to a range that can't be read as "
        "probabilities or free logits."
    ),
    symptom=say("The loss stops early at a value it can't get below. Accuracy is worse than it should be."),
    mend=say("Softmax for one class of several, sigmoid for yes or no, none for logits."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=2,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return last_dense(scene, ', activation="tanh"')
    return returning(scene, "torch.tanh(x)")
