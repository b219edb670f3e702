"""padding="same" isn't the same."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="padding-same",
    title=say('padding="same" isn\'t the same'),
    what=say(
        'With strides, Keras pads more on one side and PyTorch refuses "same". Written by hand with equal padding, '
        "the output is shifted by one pixel or has another size."
    ),
    symptom=say("The two frameworks differ by a little, or the sizes differ by one."),
    mend=say("Compute the padding for the stride, or pad by hand on one side."),
    sources=("torch/nn/modules/conv.py: Conv2d",),
    level=1,
    not_in={"tensorflow": say("Keras pads strided convolutions by itself.")},
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if "padding='same' is not supported for strided" in history.error:
        return Evidence(0.97, say("PyTorch refuses padding='same' with strides."), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.with_pattern(r'kernel_size=3, padding="same"', 'kernel_size=3, stride=2, padding="same"', 1)
    )
