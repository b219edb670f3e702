"""Batch size that doesn't fit."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="batch-size",
    title=say("Batch size that doesn't fit"),
    what=say("With a batch of nearly all images there are few updates per epoch; with one image each update is noise."),
    symptom=say("Too large: few steps, slow progress in epochs. Too small: noisy loss and slow epochs."),
    mend=say("Use 32 to 256, and change the learning rate with it."),
    sources=("Masters and Luschi 2018, arXiv:1804.07612",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(batch_size=1024)
