"""Pixels scaled twice."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Program, finding, number, swap
from clsf.words import say

FAULT = Fault(
    kind="scaled-twice",
    title=say("Pixels scaled twice"),
    what=say("Divided by 255 in the data and again in the model, all inputs are below 0.004: nearly black."),
    symptom=say("The loss stays near ln C for a long time and learning is very slow."),
    mend=say("Scale once: ToTensor and Rescaling already do it."),
    sources=(
        "tensorflow/tensorflow#42506",
        "keras-team/keras-io#1549",
    ),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.inputs is not None and 0 < facts.inputs[1] < 0.05:
        return Evidence(
            0.96,
            say("The model receives numbers from {low} to {high}.", low=f"{facts.inputs[0]:g}", high=f"{facts.inputs[1]:.4f}"),
            "pixels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((PREPARED, "    return images / 255 / 255\n"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for node in program.source.nodes:
        if _by_255(node) and _by_255(node.left):
            return [
                finding(
                    FAULT,
                    node.lineno,
                    "certain",
                    swap(program, node.lineno, r"/\s*(255(?:\.0?)?)\s*/\s*255(?:\.0?)?(?![\d.])", r"/ \1"),
                )
            ]
    x = program.x
    if x is None:
        return []
    if x.scale == "twice":
        line = next((n for what, n in reversed(x.steps) if what in ("scale-unit", "rescale", "Normalize")), x.line)
        return [finding(FAULT, line, "certain")]
    for op in program.ops:
        if (
            op.kind == "Rescaling"
            and x.scale in ("unit",)
            and number(op.settings.get("scale"))
            and (op.settings["scale"] < 0.01 or op.settings["scale"] > 200)
            and x.source in (*SETS, "folder")
        ):
            return [finding(FAULT, op.line, "certain")]
    return []


def _by_255(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.right, ast.Constant)
        and node.right.value in (255, 256)
    )
