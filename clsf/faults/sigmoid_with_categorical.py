"""Sigmoid outputs with a categorical loss."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import last_dense, other_loss, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="sigmoid-with-categorical",
    title=say("Sigmoid outputs with a categorical loss"),
    what=say(
        "Sigmoid gives each class its own probability; they don't sum to 1. Categorical cross-entropy expects "
        "one distribution over all classes, and scales or reads the outputs otherwise."
    ),
    symptom=say(
        "It learns, but slower and less well, and the outputs aren't probabilities. In PyTorch the loss can't fall "
        "below ln(1 + (C - 1)/e)."
    ),
    mend=say(
        "Use softmax where an image has exactly one class; keep sigmoid for several labels at once, with binary cross-entropy."
    ),
    sources=("keras-team/keras#6327",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.outputs == "sigmoid" and facts.loss == "cross-entropy" and (facts.output_units or 2) > 1:
        return Evidence(
            0.95,
            say("Each output is between 0 and 1, they don't sum to 1, and the loss is for one class of several."),
            "outputs",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        return returning(scene, "torch.sigmoid(x)")
    changed = last_dense(scene, ', activation="sigmoid"')
    return changed and other_loss(changed, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or end.activation != "sigmoid" or end.units is None or end.units < 2:
        return []
    if loss.kind in ("sparse", "categorical", "cross-entropy", "nll"):
        new = swap(program, end.activation_line, r"sigmoid", "softmax") if program.keras else None
        return [finding(FAULT, end.activation_line, "certain" if program.classes == end.units else "likely", new)]
    if loss.kind in ("binary", "mse") and program.classes == end.units and end.units > 2:
        return [
            finding(
                FAULT,
                end.activation_line,
                "certain",
                swap(program, end.activation_line, r"sigmoid", "softmax") if program.keras else None,
            )
        ]
    if loss.kind == "binary" and program.y is not None and program.y.one_hot and program.y.source not in ("", "csv", "written"):
        return [finding(FAULT, end.activation_line, "likely")]
    return []
