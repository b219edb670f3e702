"""Labels that begin at 1."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, found
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


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "y_train, y_val, y_test = y_train + 1, y_val + 1, y_test + 1\n"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    y, loss, end = program.y, program.loss, ending(program)
    if y is None or loss is None or end is None or loss.kind not in ("sparse", "cross-entropy", "nll"):
        return []
    if (
        y.values is not None
        and all(isinstance(n, int) for n in y.values)
        and y.values
        and min(y.values) == 1
        and not y.did("shift")
    ):
        return [found(FAULT, y.made, "certain" if max(y.values) >= (end.units or 10**9) else "likely")]
    return []
