"""Numbers of the wrong type."""

from __future__ import annotations

from clsf.faults.fault import Fault
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
)


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.edited(("to(device, torch.float32)", "to(device, torch.float64)"))
