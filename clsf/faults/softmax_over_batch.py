"""Softmax over the wrong axis."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import last_line, other_loss, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="softmax-over-batch",
    title=say("Softmax over the wrong axis"),
    what=say(
        "softmax(dim=0) normalises over the images of the batch, not over the classes. What an image gets then "
        "depends on the other images."
    ),
    symptom=say("Accuracy is low and depends on the batch size; single images all get the same answer."),
    mend=say("Normalise over the last axis: dim=1 or axis=-1."),
    sources=("torch/nn/functional.py: softmax",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.outputs == "batch-softmax":
        return Evidence(0.97, say("The outputs of a batch sum to 1 for each class, not for each image."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    if not scene.keras:
        return returning(scene, "F.softmax(x, dim=0)")
    changed = last_line(scene, "layers.Lambda(lambda x: tf.nn.softmax(x, axis=0))")
    return changed and other_loss(changed, "loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=False)")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    for tensor in program.tensors:
        op = tensor.op
        if (
            op.kind == "Function"
            and op.settings.get("name") in ("softmax", "log_softmax")
            and op.settings.get("dim") == 0
            and program.torch
        ):
            results.append(finding(FAULT, op.line, "certain", swap(program, op.line, r"dim\s*=\s*0", "dim=1")))
        if (
            op.kind == "Function"
            and program.keras
            and op.made is not None
            and op.made.name.lower() in ("softmax", "log_softmax")
            and op.made.get("axis", 0 if op.made.name == "Softmax" else 1) == 0
        ):
            results.append(finding(FAULT, op.line, "certain", swap(program, op.line, r"axis\s*=\s*0", "axis=-1")))
    return results
