"""A layer that is made but not used."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="unused-layer",
    title=say("A layer that is made but not used"),
    what=say("A layer is made in __init__ or assigned to a name, but never called on the way from input to output."),
    symptom=say("The parameter count is larger than the network that runs; in PyTorch its gradient is None."),
    mend=say("Call it in forward, or delete it."),
    sources=("torch/nn/modules/module.py: Module",),
    level=4,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.with_pattern(r"^(        self\.(?:conv1|dense1) = .*)$", r"\1\n        self.extra = nn.Linear(128, 128)", 1)
