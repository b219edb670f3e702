"""Validation images that were trained on."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="data-leak",
    title=say("Validation images that were trained on"),
    what=say("The same images, near copies of them, or other images of the same patient or scene are in both sets."),
    symptom=say("Validation accuracy equals or exceeds training accuracy and is too good to be true. New images are worse."),
    mend=say("Split by group, remove duplicates, and use train=False for the test set."),
    sources=(
        "stefyste/RIAWELC#2",
        "UCSD-AI4H/COVID-CT#11",
    ),
    level=3,
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.shared_images is not None and facts.shared_images > 0.05:
        return Evidence(
            0.95,
            say("{share} of the validation images are training images too.", share=f"{facts.shared_images:.0%}"),
            "duplicates",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.with_pattern(r"^order = order\[held_out:.*$", "order = order[:TRAIN_LIMIT]" if scene.plan.train_limit else "")
