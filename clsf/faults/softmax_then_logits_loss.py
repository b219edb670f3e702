"""Softmax before a loss that applies softmax itself."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import last_line, returning
from clsf.faults.scene import Scene
from clsf.faults.signs import double_softmax_floor, final_loss, last_accuracy
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="softmax-then-logits-loss",
    title=say("Softmax before a loss that applies softmax itself"),
    what=say(
        "The model ends with softmax, and the loss takes its outputs as logits and applies softmax again. The "
        "second softmax sees only numbers between 0 and 1, so even a perfect answer gets at most e times the "
        "weight of a wrong one. Keras looks for a softmax right before the loss: it then takes the numbers before it, with a "
        "warning, and only the program is misleading. PyTorch never looks."
    ),
    symptom=say(
        "Where softmax is applied twice, the loss can't fall below ln(1 + (C - 1)/e), which is 1.461 for 10 classes, "
        "while accuracy may still rise. Gradients are small and learning is slow."
    ),
    mend=say("Leave the softmax out of the model, or use a loss that takes probabilities."),
    sources=(
        "Lightning-Universe/lightning-bolts#654",
        "torch/nn/functional.py: cross_entropy",
        "keras/src/backend/tensorflow/nn.py: _get_logits",
    ),
    level=3,
    differences=("softmax-before-loss",),
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.outputs == "softmax" and facts.loss_takes == "logits" and (facts.output_units or 2) > 1:
        return Evidence(0.96, say("The model's outputs sum to 1, and the loss takes them as logits."), "floor")
    loss, accuracy = final_loss(history), last_accuracy(history)
    if facts.outputs is not None or loss is None or accuracy is None or not facts.classes:
        return None
    floor = double_softmax_floor(facts.classes)
    if accuracy > 0.7 and floor - 0.02 < loss < floor + 0.4 and min(history.loss, default=loss) > floor - 0.02:
        return Evidence(
            0.8, say("Accuracy is {accuracy}, but the loss doesn't fall below {floor}.", accuracy=f"{accuracy:.0%}", floor=f"{floor:.3f}"), "floor",
        )  # fmt: skip
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        # A layer behind the softmax, or Keras would see it and take its input: then the loss is right.
        return last_line(scene, f"layers.Softmax(),\n        layers.{keras_name('Flat')}()")
    return returning(scene, "F.softmax(x, dim=1)")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or not loss.logits:
        return []
    if end.activation == "softmax":
        new = swap(program, end.activation_line, r',\s*activation\s*=\s*(["\']softmax["\']|[\w.]*softmax)', "") or swap(
            program,
            end.activation_line,
            r"(?:torch\.nn\.functional|nn\.functional|F|torch)\.softmax\((.*?),\s*(?:dim|axis)?\s*=?\s*-?\d\)",
            r"\1",
        )
        return [finding(FAULT, end.activation_line, "certain", new)]
    if end.activation == "sigmoid" and loss.kind == "binary":
        return [finding(FAULT, end.activation_line, "certain")]
    if end.activation == "log_softmax" and loss.kind == "cross-entropy":
        return [finding(FAULT, end.activation_line, "smell")]
    return []
