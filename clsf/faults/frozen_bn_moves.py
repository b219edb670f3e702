"""Batch normalisation of a frozen base keeps updating its statistics."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, events, finding, pretrained
from clsf.words import say

FAULT = Fault(
    kind="frozen-bn-moves",
    title=say("Batch normalisation of a frozen base keeps moving"),
    what=say(
        "Freezing the weights doesn't stop the moving averages in PyTorch while the model is in training mode. The "
        "frozen base then computes something else than before."
    ),
    symptom=say("Fine-tuning starts well and gets worse, or validation differs from what the same base gave before."),
    mend=say("Put the frozen part in eval() mode; in Keras set trainable=False, which does both."),
    sources=(
        "keras-team/keras#9214",
        "keras-team/keras#9965",
    ),
    level=4,
    differences=("frozen-bn-moves",),
    not_in={
        "tensorflow": say("A batch normalisation layer with trainable=False uses its averages and leaves them as they are.")
    },
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program may have it: a pretrained base is frozen, then the whole model is put in training mode."""
    if not program.torch or not pretrained(program):
        return []
    kinds = {op.settings.get("name", "") for op in program.ops if op.settings.get("pretrained")}
    if any(
        name.startswith(("alexnet", "squeezenet", "vit", "swin")) or (name.startswith("vgg") and "_bn" not in name)
        for name in kinds
    ):
        return []  # these have no batch normalisation
    frozen = any(e["value"] is False for e in events(program, "trainable"))
    modes = [e for e in events(program, "train-mode") if e.loops or e.function]
    return [finding(FAULT, modes[0].line, "smell")] if frozen and modes else []
