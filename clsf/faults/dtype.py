"""Numbers of the wrong type."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="dtype",
    title=say("Numbers of the wrong type"),
    what=say("Images as float64 or uint8, labels as int32 or float. Layers and losses take only some of these."),
    symptom=say("An error that names two types at the first batch. Keras converts most of them by itself."),
    mend=say("Images as float32; labels as int64 in PyTorch."),
    sources=("pytorch/pytorch#15436",),
    level=1,
    not_in={"tensorflow": say("Keras converts what it gets to the type of its layers and losses.")},
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if re.search(
        r"expected scalar type|same dtype|expected .* but (found|got) (Float|Double|Byte|Long|Half)|Input type .* and (bias|weight) type",
        history.error,
    ):
        return Evidence(0.93, say("Two types of numbers meet: {error}", error=history.error[:120]), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.edited(("to(device, torch.float32)", "to(device, torch.float64)"))
