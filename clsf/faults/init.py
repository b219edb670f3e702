"""Bad initial weights."""

from clsf.faults.fault import Fault
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
