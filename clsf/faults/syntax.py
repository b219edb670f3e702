"""Not valid Python."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="syntax",
    title=say("Not valid Python"),
    what=say("A bracket, colon, comma or quotation mark is missing, or the indentation is wrong."),
    symptom=say("A SyntaxError with a line; the mistake is there or just before."),
    mend=say("Look at that line and the one before."),
    sources=("docs.python.org: 8.1 Syntax Errors",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("layers.Flatten(),", "layers.Flatten()"))
    return scene.edited(("for epoch in range(1, EPOCHS + 1):", "for epoch in range(1, EPOCHS + 1)"))
