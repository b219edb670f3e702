"""Some parameters aren't given to the optimizer."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-parameters",
    title=say("Some parameters aren't given to the optimizer"),
    what=say(
        "The optimizer was made with the parameters of a part of the model, or before a layer was added. The "
        "others get gradients, but no update."
    ),
    symptom=say("Some layers never change. Accuracy stays below what the whole model reaches."),
    mend=say("Make the optimizer from model.parameters(), after the model is complete."),
    sources=("zjunlp/HVPNeT#5",),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        name = re.findall(r"self\.(dense\d+) = nn\.Linear", scene.text)[-1:]
        return scene.edited(("(model.parameters()", f"(model.{name[0]}.parameters()")) if name else None
    graph = scene.planned(tensorflow_variant="graph")
    return graph.edited(
        ("tape.gradient(loss, model.trainable_variables)", "tape.gradient(loss, model.layers[-1].trainable_variables)"),
        (
            "optimizer.apply(gradients, model.trainable_variables)",
            "optimizer.apply(gradients, model.layers[-1].trainable_variables)",
        ),
    )
