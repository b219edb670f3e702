"""A name that is overwritten."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="name-overwritten",
    title=say("A name that is overwritten"),
    what=say(
        "One name is used for two things: the test set replaces the training set, the model's output replaces the "
        "model, or a function's name is used for a value."
    ),
    symptom=say("Another error later on, or numbers of the wrong data."),
    mend=say("Give each thing a name of its own."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("history = model.fit(", "model = model.fit("))
    return scene.edited(
        (
            "        outputs = model(images)\n        loss = loss_fn(outputs",
            "        outputs = model = model(images)\n        loss = loss_fn(outputs",
        )
    )
