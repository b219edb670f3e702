"""The last activation doesn't fit the task."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import last_dense, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="wrong-last-activation",
    title=say("The last activation doesn't fit the task"),
    what=say(
        "tanh, ReLU or another function at the end limits the outputs to a range that can't be read as "
        "probabilities or free logits."
    ),
    symptom=say("The loss stops early at a value it can't get below. Accuracy is worse than it should be."),
    mend=say("Softmax for one class of several, sigmoid for yes or no, none for logits."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.outputs == "tanh":
        return Evidence(0.93, say("The outputs never leave the range from -1 to 1."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return last_dense(scene, ', activation="tanh"')
    return returning(scene, "torch.tanh(x)")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or end.op.kind != "Linear":
        return []
    wrong = (
        "relu",
        "relu6",
        "tanh",
        "leaky_relu",
        "elu",
        "selu",
        "softplus",
        "softsign",
        "gelu",
        "silu",
        "exponential",
        "hard_sigmoid",
    )
    classifier = loss.kind in ("sparse", "categorical", "binary", "nll") or (
        loss.kind in ("mse", "mae", "hinge") and program.classes is not None
    )
    wanted = "sigmoid" if end.units == 1 else "softmax"
    if classifier and not loss.logits and end.activation in wrong:
        return [
            finding(
                FAULT,
                end.activation_line,
                "certain",
                swap(program, end.activation_line, rf"\b{end.activation}\b", wanted) if program.keras else None,
            )
        ]
    if loss.logits and end.activation in wrong:
        return [finding(FAULT, end.activation_line, "likely")]
    if program.keras and loss.kind == "binary" and end.units == 2 and end.activation == "softmax":
        return [finding(FAULT, end.activation_line, "smell")]
    if (
        program.keras
        and end.units is not None
        and end.units > 1
        and end.activation == "sigmoid"
        and loss.kind in ("categorical", "sparse", "mse")
    ):
        return [finding(FAULT, end.activation_line, "smell", swap(program, end.activation_line, "sigmoid", "softmax"))]
    if end.units == 1 and end.activation == "softmax":
        return [finding(FAULT, end.activation_line, "smell")]
    return []
