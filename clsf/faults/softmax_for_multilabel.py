"""Softmax where an image may have several labels."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, ending, finding, sigmoid_for_softmax
from clsf.words import say

FAULT = Fault(
    kind="softmax-for-multilabel",
    title=say("Softmax where an image may have several labels"),
    what=say("Softmax makes the classes compete, so two right labels can have at most 0.5 each."),
    symptom=say("Recall is low on images with several labels."),
    mend=say("One sigmoid per label, with binary cross-entropy."),
    sources=("keras-team/keras#741",),
    level=3,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, y = ending(program), program.y
    several = (y is not None and y.source == "make_multilabel_classification") or any(
        e.kind == "scaler" and e["made"].name == "MultiLabelBinarizer" for e in program.events
    )
    if end is None or not several or end.activation != "softmax" or end.units in (None, 1):
        return []
    return [finding(FAULT, end.activation_line, "certain", sigmoid_for_softmax(program, end.activation_line))]
