"""Layers kept in a plain list."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="plain-list-of-layers",
    title=say("Layers kept in a plain list"),
    what=say(
        "PyTorch finds parameters only in modules that are attributes. Layers in a Python list are not registered, "
        "so the optimizer never gets them."
    ),
    symptom=say(
        "The parameter count is too small, and the layers in the list never change. Accuracy is that of random features."
    ),
    mend=say("Use nn.ModuleList or nn.Sequential."),
    sources=(
        "pytorch/pytorch#38639",
        "torch/nn/modules/container.py: ModuleList",
    ),
    level=3,
    not_in={"tensorflow": say("Keras tracks layers in lists that are attributes.")},
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    changed = scene.with_pattern(r"self\.(conv1|dense1) = (.*)$", r"self.\1 = [\2]", 1)
    return changed and changed.with_pattern(r"self\.(conv1|dense1)\(", r"self.\1[0](", 1)
