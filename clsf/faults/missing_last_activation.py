"""No last activation where the loss expects probabilities."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="missing-last-activation",
    title=say("No last activation where the loss expects probabilities"),
    what=say(
        "The loss takes probabilities, but the last layer gives any number. Values below 0 are cut to nearly 0, so "
        "their gradient is 0."
    ),
    symptom=say("The loss is large, jumps or stays still, and accuracy is near chance."),
    mend=say("Add softmax or sigmoid, or use the loss that takes logits."),
    sources=("keras/src/losses/losses.py: CategoricalCrossentropy",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.loss_takes == "probabilities" and facts.outputs == "logits" and facts.loss in ("cross-entropy", "binary"):
        return Evidence(0.94, say("The outputs are free numbers, and the loss takes them as probabilities."), "outputs")
    if facts.loss_takes == "log-probabilities" and facts.outputs == "logits":
        return Evidence(
            0.96, say("The outputs are free numbers, and the loss takes them as logarithms of probabilities."), "outputs"
        )
    if facts.outputs is None and history.loss and min(history.loss) < -1:
        return Evidence(0.85, say("The loss falls below -1, without limit."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.CategoricalCrossentropy()", probabilities=False)
    return other_loss(scene, "loss_fn = nn.NLLLoss()")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or end.activation != "linear" or loss.logits:
        return []
    if program.keras and loss.kind in ("sparse", "categorical", "binary"):
        wanted = "sigmoid" if loss.kind == "binary" else "softmax"
        name = keras_name("Linear")
        new = swap(program, end.op.line, rf"\b{name}\(((?:[^()]|\([^()]*\))*)\)", rf'{name}(\1, activation="{wanted}")')
        return [finding(FAULT, end.activation_line, "certain", new)]
    if program.torch and loss.kind == "binary":
        return [finding(FAULT, end.activation_line, "certain")]
    if program.torch and loss.kind == "nll":
        return [finding(FAULT, end.activation_line, "likely")]
    return []
