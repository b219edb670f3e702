"""ReLU on the last layer, before softmax."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import last_dense, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="relu-before-softmax",
    title=say("ReLU on the last layer, before softmax"),
    what=say(
        "ReLU cuts negative logits to 0. Classes with a logit of 0 tie, and a unit that is below 0 for all images "
        "gets no gradient and never recovers."
    ),
    symptom=say("Some classes are never predicted, and the loss stays near ln C for them. Which classes depends on the seed."),
    mend=say("Let the last layer be linear before softmax."),
    sources=(
        "keras-team/keras#12096",
        "pytorch/examples#117",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.outputs == "relu":
        return Evidence(0.95, say("No logit is below 0, and many are exactly 0."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return last_dense(scene, ', activation="relu"')
    return returning(scene, "F.relu(x)")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or end.op.kind != "Linear":
        return []
    cut = ("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "elu", "selu")
    if end.count > 1 and end.first in cut and end.activation in ("softmax", "log_softmax"):
        return [finding(FAULT, end.first_line, "likely" if end.first in ("relu", "relu6") else "smell")]
    if loss.logits and loss.kind in ("cross-entropy", "sparse", "categorical") and end.activation in ("relu", "relu6"):
        new = swap(program, end.activation_line, r"(?:F|torch)\.relu\((.*)\)", r"\1")
        return [finding(FAULT, end.activation_line, "certain", new)]
    return []
