"""Batch size that doesn't fit."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.extent import batch_line, batch_size
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="batch-size",
    title=say("Batch size that doesn't fit"),
    what=say("With a batch of nearly all images there are few updates per epoch; with one image each update is noise."),
    symptom=say("Too large: few steps, slow progress in epochs. Too small: noisy loss and slow epochs."),
    mend=say("Use 32 to 256, and change the learning rate with it."),
    sources=("Masters and Luschi 2018, arXiv:1804.07612",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    batch, images = facts.batch_size, facts.train_images
    if batch and images and images >= 200 and batch > images / 3 and history.steps < 40:
        return Evidence(
            0.9,
            say(
                "The batch size is {batch}, the training set has {images}, so the number of steps was only {steps}.",
                batch=batch,
                images=images,
                steps=history.steps,
            ),
            "other-batch",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(batch_size=1024)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    batch = batch_size(program)
    if not isinstance(batch, int) or isinstance(batch, bool):
        return []
    if batch <= 4 or batch >= 1024:
        return [finding(FAULT, batch_line(program), "smell")]
    return []
