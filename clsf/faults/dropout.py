"""Too much dropout."""

from __future__ import annotations

from math import prod

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import Dropout
from clsf.words import say

FAULT = Fault(
    kind="dropout",
    title=say("Too much dropout"),
    what=say("With rates of 0.8, or several layers of 0.5 in a row, hardly anything gets through while training."),
    symptom=say("Training accuracy is far below validation accuracy, and both rise slowly."),
    mend=say("Use 0.2 to 0.5, once or twice."),
    sources=("BerkeleyHCI/umlaut",),
    level=3,
    differences=("dropout-rate",),
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    most = max(facts.dropouts or (0,))
    if most >= 0.7 or (facts.dropouts and prod(1 - rate for rate in facts.dropouts) < 0.1):
        return Evidence(
            0.9,
            say(
                "Dropout lets through {share} of the values while training.",
                share=f"{prod(1 - rate for rate in facts.dropouts):.0%}",
            ),
            "train-accuracy",
        )
    if (facts.dropouts is None and history.accuracy and history.validation_accuracy and len(history.accuracy) > 2) and (
        history.validation_accuracy[-1] > history.accuracy[-1] + 0.25
    ):
        return Evidence(
            0.6,
            say(
                "Validation accuracy is {points} points above training accuracy.",
                points=f"{100 * (history.validation_accuracy[-1] - history.accuracy[-1]):.0f}",
            ),
            "train-accuracy",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if not any(isinstance(layer, Dropout) for layer in scene.spec.layers):
        return None
    return each_layer(scene, lambda layer: Dropout(0.95) if isinstance(layer, Dropout) else layer)
