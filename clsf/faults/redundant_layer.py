"""A layer that does nothing."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="redundant-layer",
    title=say("A layer that does nothing"),
    what=say("Two softmaxes, two flattens, or a second pooling of 1: it costs time or harms a little."),
    symptom=say("Hardly any; the model trains as without the layer, or a little slower."),
    mend=say("Remove the layer."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    for tensor in program.tensors:
        op = tensor.op
        before = tensor.inputs[0].op if tensor.inputs else None
        if before is None:
            continue
        own = op.settings.get("name") if op.kind == "Function" else None
        prior = (
            before.settings.get("name")
            if before.kind == "Function"
            else before.settings.get("activation")
            if before.kind in ("Linear", "Convolution")
            else None
        )
        if own and own == prior and own != "linear":
            results.append(finding(FAULT, op.line, "likely" if own == "softmax" else "smell"))
        if op.kind == before.kind == "Drop" or (op.kind == before.kind == "Flat" and program.keras):
            results.append(finding(FAULT, op.line, "smell"))
    return results[:2]
