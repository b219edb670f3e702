"""A call that the library doesn't take."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


OWN = re.compile(r"'(Tensor|History|EagerTensor|float|int|ndarray|str|tuple)' object")


def in_run(history: History, facts: Facts) -> Evidence | None:
    if re.search(
        r"^(AttributeError|TypeError|ValueError): .*(has no attribute|unexpected keyword|Unrecognized keyword|positional argument|not recognized|Invalid keyword|got an unexpected)",
        history.error,
        re.DOTALL,
    ):
        return Evidence(
            0.9 if not OWN.search(history.error) else 0.6,
            say("The library doesn't take this call: {error}", error=history.error[:160]),
            "traceback",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(r"kernel_size=", "kernel=", 1) or scene.edited(("optimizer=optimizer,", "optim=optimizer,"))
    return scene.edited(("optimizer.step()", "optimizer.update()"))
