"""Labels in another form than the loss expects."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import classes, other_loss
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="label-encoding",
    title=say("Labels in another form than the loss expects"),
    what=say("Sparse losses want class numbers, categorical losses want one-hot rows."),
    symptom=say("An error about shapes or dtypes at the first batch; where broadcasting hides it, the loss means nothing."),
    mend=say("Sparse loss for whole numbers, categorical loss for one-hot rows."),
    sources=(
        "qubvel-org/segmentation_models.pytorch#197",
        "keras/src/losses/losses.py: SparseCategoricalCrossentropy",
    ),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(
        r"floating point type for target|0D or 1D target|multi-target not supported|must have the same rank|Shapes? .*None, \d+\).* incompatible",
        history.error,
    ):
        return Evidence(0.85, say("The loss refuses the form of the labels."), "labels")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return other_loss(scene, "loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True)")
    return scene.edited(
        ("labels = torch.from_numpy(y_train[batch]).to(device)\n",
         f"labels = F.one_hot(torch.from_numpy(y_train[batch]), {classes(scene)}).to(device)\n"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loss, y, end = program.loss, program.y, ending(program)
    if loss is None or y is None:
        return []
    if program.keras and loss.kind == "categorical" and not y.one_hot and (end is None or end.units is None or end.units > 1):
        new = swap(program, loss.line, r"(?<!sparse_)categorical_crossentropy", "sparse_categorical_crossentropy") or swap(
            program, loss.line, r"(?<!Sparse)CategoricalCrossentropy", "SparseCategoricalCrossentropy"
        )
        if (
            y.source in SETS
            or y.did("labels", "modulo")
            or (y.source == "folder" and y.role == "y")
            or (y.values is not None and y.shape is not None and len(y.shape) == 1)
        ):
            return [finding(FAULT, loss.line, "certain", new)]
        if y.did("column") and y.shape is not None and len(y.shape) == 1 and not y.did("transform", "apply", "map"):
            return [finding(FAULT, loss.line, "likely", new)]
        return []
    if program.keras and loss.kind == "sparse" and y.one_hot:
        new = swap(program, loss.line, r"sparse_categorical_crossentropy", "categorical_crossentropy") or swap(
            program, loss.line, r"SparseCategoricalCrossentropy", "CategoricalCrossentropy"
        )
        return [finding(FAULT, loss.line, "certain", new)]
    if program.torch and loss.kind in ("cross-entropy", "nll") and y.one_hot and not y.did("argmax"):
        return [finding(FAULT, y.one_hot, "certain" if y.dtype == "int64" or loss.kind == "nll" else "smell")]
    if program.keras and loss.kind == "binary" and y.one_hot and end is not None and end.units == 1:
        return [finding(FAULT, y.one_hot, "certain")]
    return []
