"""Channels at the wrong axis."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="channel-order",
    title=say("Channels at the wrong axis"),
    what=say(
        "Keras expects height, width, channels; PyTorch expects channels, height, width. In the wrong order a "
        "convolution takes rows for channels."
    ),
    symptom=say("An error about the number of channels; if the sizes happen to fit, a model that learns badly."),
    mend=say("Transpose with permute(0, 3, 1, 2), or to channels last for Keras."),
    sources=("pytorch/vision#48",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited((PREPARED, "    return tf.transpose(images, [0, 3, 1, 2]) / 255\n"))
    return scene.with_pattern(r"^    images = images\.permute\(0, 3, 1, 2\).*\n", "")
