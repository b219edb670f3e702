"""An in-place change that breaks the gradient."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="in-place",
    title=say("An in-place change that breaks the gradient"),
    what=say("x += 1 or x[...] = 0 changes a value that the backward pass still needs, or detaches it."),
    symptom=say(
        'RuntimeError: "one of the variables needed for gradient computation has been modified by an inplace operation".'
    ),
    mend=say("Write x = x + 1."),
    sources=("torch/autograd: in-place correctness checks",),
    level=1,
    not_in={"tensorflow": say("TensorFlow's tensors can't be changed in place.")},
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if re.search(r"modified by an inplace operation|in-place operation", history.error):
        return Evidence(0.97, say("A value that the backward pass needs was changed in place."), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.with_pattern(r"^(        x = F\.relu\(.*)$", r"\1\n        x += 1", 1)
