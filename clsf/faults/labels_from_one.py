"""Labels that begin at 1."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, is_label
from clsf.words import say

FAULT = Fault(
    kind="labels-from-one",
    title=say("Labels that begin at 1"),
    what=say("Losses expect classes from 0 to C - 1. Label C has no output, and output 0 has no label."),
    symptom=say(
        "PyTorch stops with an index error. TensorFlow gives a loss of nan on the GPU or an error on the CPU. With "
        "one unit more it trains, and one output is never used."
    ),
    mend=say("Subtract 1 from the labels."),
    sources=(
        "tensorflow/tensorflow#8484",
        "keras-team/keras#11786",
    ),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    outside = re.search(
        r"Target \d+ is out of bounds|label value of \d+ which is outside the valid range|outside the valid range",
        history.error,
    )
    if facts.labels is not None and facts.labels[0] >= 1 and (outside or not history.error):
        return Evidence(
            0.96, say("The smallest label is {low}, the largest {high}.", low=facts.labels[0], high=facts.labels[1]), "labels"
        )
    if outside:
        return Evidence(0.6 if facts.labels else 0.8, say("A label has no output."), "labels")
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "y_train, y_val, y_test = y_train + 1, y_val + 1, y_test + 1\n"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    y, loss, end = program.y, program.loss, ending(program)
    raised = _raised(program)
    if (
        raised
        and loss is not None
        and loss.kind in ("sparse", "cross-entropy", "nll")
        and end is not None
        and end.units not in (11, 101)
    ):
        return [finding(FAULT, raised, "likely")]
    if y is None or loss is None or end is None or loss.kind not in ("sparse", "cross-entropy", "nll"):
        return []
    if (
        y.values is not None
        and all(isinstance(n, int) for n in y.values)
        and y.values
        and min(y.values) == 1
        and not y.did("shift")
    ):
        return [finding(FAULT, y.made, "certain" if max(y.values) >= (end.units or 10**9) else "likely")]
    return []


def _raised(program: Program) -> int:
    """Return the line in which labels become themselves plus one, 0 for none."""
    for node in program.source.nodes:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            pairs = (
                zip(target.elts, value.elts, strict=False)
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
                else [(target, value)]
            )
            for name, new in pairs:
                if is_label(name) and isinstance(new, ast.BinOp) and isinstance(new.op, ast.Add) and _is_one(new.right) and ast.dump(new.left) in (
                    ast.dump(name), ast.dump(name).replace("Store()", "Load()")
                ):  # fmt: skip
                    return node.lineno
        if isinstance(node, ast.AugAssign) and is_label(node.target) and isinstance(node.op, ast.Add) and _is_one(node.value):
            return node.lineno
    return 0


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1
