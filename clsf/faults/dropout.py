"""Too much dropout."""

from __future__ import annotations

from math import prod

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import made
from clsf.reader.looks import Program, finding, number
from clsf.words import say

FAULT = Fault(
    kind="dropout",
    title=say("Too much dropout"),
    what=say("With rates of 0.8, or several layers of 0.5 in a row, hardly anything gets through while training."),
    symptom=say("Training accuracy is far below validation accuracy, and both rise slowly."),
    mend=say("Use 0.2 to 0.5, once or twice."),
    sources=("BerkeleyHCI/umlaut",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    most = max(facts.dropouts or (0,))
    if most >= 0.7 or (facts.dropouts and prod(1 - rate for rate in facts.dropouts) < 0.1):
        return Evidence(
            0.9,
            say(
                "Its dropout lets through {share} of the values while training.",
                share=f"{prod(1 - rate for rate in facts.dropouts):.0%}",
            ),
            "with-eval",
        )
    if (facts.dropouts is None and history.accuracy and history.validation_accuracy and len(history.accuracy) > 2) and (
        history.validation_accuracy[-1] > history.accuracy[-1] + 0.25
    ):
        return Evidence(
            0.6,
            say(
                "Validation accuracy is {points} points above training accuracy.",
                points=f"{100 * (history.validation_accuracy[-1] - history.accuracy[-1]):.0f}",
            ),
            "with-eval",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if not any(layer.role == "Drop" for layer in scene.spec.layers):
        return None
    return each_layer(scene, lambda layer: made("Drop", 0.95) if layer.role == "Drop" else layer)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    tensors = program.tensors
    last = max((n for n, t in enumerate(tensors) if t.op.kind == "Linear"), default=None)
    for n, tensor in enumerate(tensors):
        op = tensor.op
        rate = op.settings.get("rate")
        if op.kind != "Drop" or not number(rate):
            continue
        if rate >= 1 or rate < 0:
            results.append(finding(FAULT, op.line, "certain"))
        elif rate > 0.75:
            results.append(finding(FAULT, op.line, "likely" if rate >= 0.8 else "smell"))
        elif last is not None and n > last and any(t is tensor for t in tensors[last + 1 :]) and rate > 0:
            results.append(finding(FAULT, op.line, "likely"))
    return results[:2]
