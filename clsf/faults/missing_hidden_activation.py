"""No activation between layers."""

from __future__ import annotations

from dataclasses import replace

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import each_layer
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding, hidden, swap
from clsf.words import say

FAULT = Fault(
    kind="missing-hidden-activation",
    title=say("No activation between layers"),
    what=say(
        "Without a non-linear function, two linear layers in a row compute one linear map: a product of matrices is a matrix."
    ),
    symptom=say("It trains like a linear model. Accuracy stops several points below what the same network reaches with ReLU."),
    mend=say("Put ReLU, or another non-linear function, after each hidden layer."),
    sources=("BerkeleyHCI/umlaut",),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.activations and all(name == "linear" for name in facts.activations):
        return Evidence(0.9, say("None of the hidden layers has a non-linear function."), "activations")
    return None


def plant(scene: Scene) -> Scene | None:
    if not any(getattr(layer, "activation", "linear") != "linear" for layer in scene.spec.layers[:-1]):
        return None
    return each_layer(scene, lambda layer: replace(layer, activation="linear") if hasattr(layer, "activation") else layer)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if program.output is None:
        return []
    bare, total = [], 0
    for tensor, rest in hidden(program):
        op = tensor.op
        if op.kind == "Depthwise" or (op.kind == "Separable") or op.settings.get("activation") is None:
            continue
        total += 1
        kinds = [t.op.kind for t in rest[:-1]]
        if op.settings.get("activation") != "linear" or "Function" in kinds or any(k in ("Unknown", "Argmax") for k in kinds):
            continue
        if op.owner is not None and rest[-1].op.owner is not op.owner and rest[-1].op.line == op.line and _unsure(program):
            continue  # a loop over unknown sizes: it may run once
        if rest[-1].op.kind == "Depthwise" or (op.kind != "Linear" and "Batchwise" in kinds):
            continue
        bare.append((op, "MaxPool" in kinds))
    results = []
    for op, pooled in bare[:4]:
        sure = "certain" if len(bare) == total else "smell" if pooled and len(bare) < total else "likely"
        results.append(finding(FAULT, op.line, sure, _with_relu(program, op)))
        if program.torch and op.where and abs(op.where - op.line) > 2 and _in_forward(program, op.where):
            results[-1] = finding(FAULT, op.where, sure, _with_relu_in_forward(program, op.where))
    return results


def _unsure(program: Program) -> bool:
    return program.net is not None and bool(program.net.extra.get("unsure"))


def _with_relu(program: Program, op) -> str | None:
    if program.keras:
        return swap(
            program,
            op.line,
            rf"\b({keras_name('Linear')}|{keras_name('Convolution')}|Convolution2D|Conv1D)\(((?:[^()]|\([^()]*\))*)\)",
            r'\1(\2, activation="relu")',
        )
    return None


def _in_forward(program: Program, line: int) -> bool:
    return "self." in program.line(line)


def _with_relu_in_forward(program: Program, line: int) -> str | None:
    return swap(program, line, r"=\s*(self\.\w+\(\w+\))\s*$", r"= torch.relu(\1)")
