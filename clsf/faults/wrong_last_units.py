"""Wrong number of outputs."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import classes
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="wrong-last-units",
    title=say("Wrong number of outputs"),
    what=say(
        "The last layer must have one output per class. With too few, some labels have no output; with too many, "
        "some outputs have no label."
    ),
    symptom=say(
        "With too few: an index error or a loss of nan. With too many it trains, and the first loss is ln of the larger number."
    ),
    mend=say("Give the last layer one unit per class."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    units = classes(scene)
    if scene.keras:
        return scene.edited((f"layers.Dense({units}),\n    ]", f"layers.Dense({units - 1}),\n    ]"))
    return scene.with_pattern(rf", {units}\)\n\n    def forward", f", {units - 1})\n\n    def forward")
