"""A call that the library doesn't take."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="api-misuse",
    title=say("A call that the library doesn't take"),
    what=say("Wrong names, arguments of another version, or methods of the other framework."),
    symptom=say("An AttributeError or TypeError that names the call."),
    mend=say("Look the call up for the version you have."),
    sources=("Islam et al. 2019, arXiv:1906.01388",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(r"kernel_size=", "kernel=", 1) or scene.edited(("optimizer=optimizer,", "optim=optimizer,"))
    return scene.edited(("optimizer.step()", "optimizer.update()"))
