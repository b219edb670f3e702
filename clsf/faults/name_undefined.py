"""A name that isn't defined."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="name-undefined",
    title=say("A name that isn't defined"),
    what=say("A variable or module is used that was never assigned or imported, or is spelled otherwise."),
    symptom=say("NameError with the name."),
    mend=say("Define or import it before, or correct the spelling."),
    sources=("docs.python.org: NameError",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("from keras import layers\n", ""))
    return scene.edited(("import torch.nn.functional as F\n", ""))
