"""An in-place change that breaks the gradient."""

from __future__ import annotations

from clsf.faults.fault import Fault
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


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.with_pattern(r"^(        x = F\.relu\(.*)$", r"\1\n        x += 1", 1)
