"""from_logits doesn't match the model's output."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import other_loss
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="wrong-from-logits",
    title=say("from_logits doesn't fit what the model gives"),
    what=say(
        "The loss is set up for probabilities while the model gives logits, or the other way round. Logits "
        "taken as probabilities are scaled by their sum and cut to be between 0 and 1, and where they are cut "
        "there is no gradient."
    ),
    symptom=say("The loss is large and jumps, or stays near the same value; accuracy stays low or at chance."),
    mend=say("Use from_logits=True for a model without a last softmax, and from_logits=False for one with it."),
    sources=(
        "BerkeleyHCI/umlaut",
        "keras/src/backend/tensorflow/nn.py: sparse_categorical_crossentropy",
    ),
    level=2,
    not_in={"torch": say("PyTorch's losses have no such argument; each takes one of the two.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.framework != "torch" and facts.loss == "cross-entropy":
        if facts.loss_takes == "probabilities" and facts.outputs == "logits":
            return Evidence(0.95, say("The outputs are free numbers, and the loss takes them as probabilities."), "outputs")
        if facts.loss_takes == "logits" and facts.outputs == "softmax" and (facts.output_units or 2) > 1:
            return Evidence(0.8, say("The outputs sum to 1, and the loss takes them as logits."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    return other_loss(scene, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)") if scene.keras else None


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None:
        return []
    line = loss.logits_line or loss.line
    if program.keras and loss.logits and end.activation in ("softmax", "sigmoid"):
        return [finding(FAULT, line, "certain", swap(program, line, r"from_logits\s*=\s*True", "from_logits=False"))]
    if program.torch and loss.logits and loss.kind == "binary" and end.activation == "sigmoid":
        return [finding(FAULT, line, "certain", swap(program, line, r"BCEWithLogitsLoss", "BCELoss"))]
    if (
        program.keras
        and not loss.logits
        and end.activation == "linear"
        and loss.kind in ("sparse", "categorical", "binary")
        and loss.made is not None
    ):
        return [finding(FAULT, line, "smell")]
    return []
