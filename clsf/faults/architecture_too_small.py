"""Network too small."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import made
from clsf.reader.graph import ordered
from clsf.reader.looks import Program, ending, finding
from clsf.reader.values import Tensor
from clsf.words import say

FAULT = Fault(
    kind="architecture-too-small",
    title=say("Network too small"),
    what=say("A few units can't hold what distinguishes the classes."),
    symptom=say("Training accuracy stops low, and validation equals it."),
    mend=say("Use more filters or units, or one more layer."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.narrowest is not None and facts.classes and facts.narrowest <= 3 and facts.classes >= 5:
        return Evidence(
            0.93,
            say("A layer is a bottleneck. Numbers that it lets through for each image: {count}.", count=facts.narrowest),
            "with-eval",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.layered(lambda layers: [*layers[:-1], made("Linear", 1, activation="relu"), layers[-1]])


def inside_gates(output: Tensor) -> set[int]:
    """Return the ids of operations that only compute a factor for something else: squeeze-and-excitation is narrow on purpose."""
    inside: set[int] = set()
    for tensor in ordered(output):
        if tensor.op.kind == "Multiply" and len(tensor.inputs) == 2:
            one, other = ({id(above.op) for above in ordered(end)} for end in tensor.inputs)
            inside |= one ^ other
    return inside


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    gates = inside_gates(program.output) if program.output is not None else set()
    dense = [op for op in program.ops if op.kind in ("Linear", "Convolution") and id(op) not in gates]
    size = None
    shape = program.native_shape
    if shape is not None and None not in shape:
        size = 1
        for d in shape:
            size *= d
    end = ending(program)
    units = end.units if end is not None else None
    for op in dense[:-1]:
        wide = op.settings.get("units", op.settings.get("filters"))
        if isinstance(wide, int) and op.kind == "Linear" and size is not None and size > 50 and wide < min(8, units or 8):
            return [finding(FAULT, op.line, "likely" if wide <= 2 and size > 100 else "smell")]
    if len(dense) == 1 and dense[0].kind == "Linear" and size is not None and size > 20:
        return [finding(FAULT, dense[0].line, "smell")]
    return []
