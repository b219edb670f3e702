"""The loss doesn't fit the model's output."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import other_loss
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="wrong-loss-for-output",
    title=say("The loss doesn't fit the model's output"),
    what=say(
        "The number of outputs, their activation and the loss belong together. One output needs a binary loss, C "
        "outputs need a categorical one."
    ),
    symptom=say("An error about shapes or labels out of range, or a loss that stays constant or becomes negative."),
    mend=say("One output: sigmoid and binary cross-entropy. C outputs: softmax and categorical cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(
        r"Target size .* must be the same as input size|must have the same rank|(target|output).*(same shape|shapes.*incompatible)",
        history.error,
    ):
        return Evidence(
            0.9 if facts.loss != "cross-entropy" else 0.7, say("The loss refuses the shapes of outputs and labels."), "shapes"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return other_loss(scene, "loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)")
    return other_loss(scene, "loss_fn = nn.BCEWithLogitsLoss()")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it. A binary loss over several outputs is reported as binary-loss-multiclass (same fix)."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or end.units is None:
        return []
    if end.units == 1 and loss.kind in ("categorical", "sparse", "cross-entropy", "nll"):
        new = (
            swap(program, loss.line, r"(sparse_)?categorical_crossentropy", "binary_crossentropy")
            if program.keras
            else swap(program, loss.line, r"CrossEntropyLoss", "BCEWithLogitsLoss")
        )
        return [finding(FAULT, loss.line, "certain", new)]
    if loss.kind in ("hinge", "kl", "poisson") and end.activation in ("softmax", "sigmoid"):
        return [finding(FAULT, loss.line, "likely")]
    if loss.kind == "binary" and end.units >= 2 and end.activation == "softmax":
        return [finding(FAULT, loss.line, "smell")]
    if loss.kind in ("mse", "mae") and end.activation in ("softmax", "sigmoid"):
        return [finding(FAULT, loss.line, "smell")]
    return []
