"""Dropout that is always on."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="dropout-always-on",
    title=say("Dropout that is always on"),
    what=say(
        "F.dropout(x) drops by default, also after model.eval(). In Keras, calling a layer with training=True does the same."
    ),
    symptom=say("Validation accuracy is lower than it should be and differs from call to call. eval() changes nothing."),
    mend=say("Use nn.Dropout, or F.dropout(x, p, self.training); in Keras leave training=True out."),
    sources=(
        "pytorch/pytorch#26338",
        "d2l-ai/d2l-en#1093",
    ),
    level=3,
    differences=("dropout-at-evaluation",),
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(r"layers\.Dropout\(([\d.]+)\)", r"layers.Lambda(lambda x: tf.nn.dropout(x, 0.5))", 1)
    return scene.with_pattern(r"F\.dropout\(x, [\d.]+, training=self\.training\)", "F.dropout(x)", 1)
