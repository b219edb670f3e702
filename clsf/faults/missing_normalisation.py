"""Pixels from 0 to 255 go in."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.faults.signs import first_loss
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Program, finding, pretrained, swap
from clsf.words import say

FAULT = Fault(
    kind="missing-normalisation",
    title=say("Pixels from 0 to 255 go in"),
    what=say(
        "Inputs of that size make activations and gradients about 255 times too large for usual starting weights "
        "and learning rates."
    ),
    symptom=say("The first loss is far above ln C, gradients are large, and the loss jumps or stays at ln C after that."),
    mend=say("Divide pixels by 255."),
    sources=(
        "theorangeduck.com/page/neural-network-not-working",
        "BerkeleyHCI/umlaut",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.inputs is not None and facts.inputs[1] > 20:
        return Evidence(
            0.96,
            say("The model receives numbers from {low} to {high}.", low=f"{facts.inputs[0]:g}", high=f"{facts.inputs[1]:g}"),
            "pixels",
        )
    begin = first_loss(history)
    if facts.inputs is None and facts.chance and history.losses and begin is not None and begin > 6 * facts.chance:
        return Evidence(
            0.6, say("The first loss is {loss}, far above ln {classes}.", loss=f"{begin:.1f}", classes=facts.classes), "pixels"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((PREPARED, "    return images\n"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    x = program.x
    if x is None or pretrained(program):
        return []
    first = next(
        (
            op
            for op in program.ops
            if op.kind not in ("Input", "Augment", "Resize", "Layout", "View", "Flat", "Identity", "Axes")
        ),
        None,
    )
    if (
        any(op.kind == "Rescaling" for op in program.ops)
        or (first is not None and first.kind in ("Batchwise", "LayerNorm", "GroupNorm", "Unknown"))
        or "preprocess_input" in program.source.text
    ):
        return []
    line = (
        next(
            (
                n
                for what, n in reversed(x.steps)
                if what in ("astype", "reshape", "new-axis", "float", "tensor", "cast", "array")
            ),
            0,
        )
        or x.made
        or x.line
    )
    if x.scale == "raw" and x.source in (*SETS, "folder", "image"):
        new = swap(program, line, r"(\.astype\([^)]*\))", r"\1 / 255.0") if ".astype(" in program.line(line) else None
        return [finding(FAULT, line, "certain" if x.source in SETS else "likely", new)]
    if x.scale == "raw" and not x.source:  # bytes created in the program
        return [finding(FAULT, line, "smell")]
    if x.scale == "raw" and x.source == "written":
        return [finding(FAULT, line, "smell")]
    if (x.source == "csv" and x.scale == "") or x.scale == "small":
        return [finding(FAULT, line, "smell")]
    return []
