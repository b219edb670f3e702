"""The loss is kept together with its graph."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="graph-kept",
    title=say("The loss is kept together with its graph"),
    what=say("total += loss keeps the graph of each batch alive. Memory grows with each step."),
    symptom=say("Memory grows until the program is out of memory; curves are as usual."),
    mend=say("Add loss.item(), a plain number."),
    sources=("pytorch/pytorch#1840",),
    level=4,
    not_in={"tensorflow": say("A tape is released after its gradient is taken, and fit keeps plain numbers.")},
)


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.edited(("total += loss.item() * len(labels)", "total += loss * len(labels)"))
