"""Bad initial weights."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="init",
    title=say("Bad initial weights"),
    what=say(
        "Equal weights keep all units of a layer equal. Weights that are too large saturate, those that are too "
        "small let signals vanish."
    ),
    symptom=say("The loss stays at ln C with zeros; it begins far above ln C with large weights."),
    mend=say("Use the framework's default, or Glorot or He initialisation."),
    sources=(
        "Glorot and Bengio 2010",
        "He et al. 2015, arXiv:1502.01852",
    ),
    level=2,
    differences=(
        "initial-weights",
        "bias-init",
    ),
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(r"(layers\.(?:Dense|Conv2D)\([^\n]*)\),", r'\1, kernel_initializer="zeros"),')
    return scene.edited(("nn.init.xavier_uniform_(module.weight)", "nn.init.zeros_(module.weight)"))
