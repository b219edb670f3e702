"""Axes reshaped where they should be transposed."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="view-for-permute",
    title=say("Axes reshaped where they should be transposed"),
    what=say(
        "view and reshape keep the order in memory, so pixels of several rows and channels are mixed. permute moves axes."
    ),
    symptom=say("It trains, but worse than it should: images look scrambled. Convolutions gain nothing over a dense layer."),
    mend=say("Use permute or transpose to move axes."),
    sources=(
        "jeya-maria-jose/TransWeather#2",
        "pytorch/vision#48",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.shape[-1] == 1:
        return None
    height, width, channels = scene.shape
    if scene.keras:
        text = f"    return tf.reshape(tf.transpose(images, [0, 3, 1, 2]), [-1, {height}, {width}, {channels}]) / 255\n"
        return scene.edited((PREPARED, text))
    return scene.with_pattern(r"images\.permute\(0, 3, 1, 2\)", f"images.view(-1, {channels}, {height}, {width})")
