"""Squared error for classification."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import classes, one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="regression-loss-classifier",
    title=say("Squared error for classification"),
    what=say(
        "Mean squared error between outputs and one-hot labels has small gradients: at most 2/C per output, and "
        "less where a softmax or sigmoid is saturated."
    ),
    symptom=say("The loss is far below ln C from the beginning, about (C - 1)/C² for softmax, and falls slowly."),
    mend=say("Use cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.MeanSquaredError()")
    return other_loss(
        scene,
        "def loss_fn(outputs, labels):\n"
        f"    return F.mse_loss(outputs.softmax(dim=1), F.one_hot(labels, {classes(scene)}).float())\n",
    )
