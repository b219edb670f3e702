"""A layer that is made but not used."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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
    not_in={
        "tensorflow": say(
            "A layer that is not called is no part of a Sequential or functional model, so nothing of it is counted."
        )
    },
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.unused and facts.framework == "torch":
        return Evidence(0.93, say("Some layers never get a gradient: {count}.", count=facts.unused), "weights")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.with_pattern(r"^(        self\.(?:conv1|dense1) = .*)$", r"\1\n        self.extra = nn.Linear(128, 128)", 1)
