"""Layers in an order that hurts."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="architecture",
    title=say("Layers in an order that hurts"),
    what=say(
        "Pooling to one pixel too early, strides that skip most of the image, dropout or activation at the wrong "
        "place: information is lost that later layers can't get back."
    ),
    symptom=say("Training accuracy stays low, also after many epochs."),
    mend=say("Start from a known network, and change one thing at a time."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    x = program.x
    if (
        x is not None
        and x.source in ("cifar10", "cifar100")
        and program.output is not None
        and not any(op.kind in ("Convolution", "Separable", "Unknown") for op in program.ops)
    ):
        dense = next((op for op in program.ops if op.kind == "Linear"), None)
        if dense is not None:
            return [finding(FAULT, dense.line, "smell")]
    return []
