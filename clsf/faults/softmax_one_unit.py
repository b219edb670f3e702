"""Softmax over one unit."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, ending, found, swap
from clsf.words import say

FAULT = Fault(
    kind="softmax-one-unit",
    title=say("Softmax over one unit"),
    what=say("Softmax makes the outputs sum to 1. With a single unit the output is always 1, whatever the input."),
    symptom=say("Loss and accuracy never change: accuracy is the share of class 1."),
    mend=say("Use sigmoid for one unit, or two units with softmax."),
    sources=(
        "keras-team/keras#500",
        "keras-team/keras#126",
    ),
    level=2,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end = ending(program)
    if end is None or end.units != 1 or end.activation not in ("softmax", "log_softmax"):
        return []
    return [found(FAULT, end.activation_line, "certain", swap(program, end.activation_line, r"softmax", "sigmoid"))]
