"""Too much dropout."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import Dropout
from clsf.reader.looks import Program, found, number
from clsf.words import say

FAULT = Fault(
    kind="dropout",
    title=say("Too much dropout"),
    what=say("With rates of 0.8, or several layers of 0.5 in a row, hardly anything gets through while training."),
    symptom=say("Training accuracy is far below validation accuracy, and both rise slowly."),
    mend=say("Use 0.2 to 0.5, once or twice."),
    sources=("BerkeleyHCI/umlaut",),
    level=3,
    differences=("dropout-rate",),
)


def plant(scene: Scene) -> Scene | None:
    if not any(isinstance(layer, Dropout) for layer in scene.spec.layers):
        return None
    return each_layer(scene, lambda layer: Dropout(0.95) if isinstance(layer, Dropout) else layer)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    tensors = program.tensors
    last = max((n for n, t in enumerate(tensors) if t.op.kind == "Dense"), default=None)
    for n, tensor in enumerate(tensors):
        op = tensor.op
        rate = op.settings.get("rate")
        if op.kind != "Dropout" or not number(rate):
            continue
        if rate >= 1 or rate < 0:
            results.append(found(FAULT, op.line, "certain"))
        elif rate > 0.75:
            results.append(found(FAULT, op.line, "likely" if rate >= 0.8 else "smell"))
        elif last is not None and n > last and any(t is tensor for t in tensors[last + 1 :]) and rate > 0:
            results.append(found(FAULT, op.line, "likely"))
    return results[:2]
