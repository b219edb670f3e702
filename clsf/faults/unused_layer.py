"""A layer that is made but not used."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Made, Program, finding
from clsf.words import say

FAULT = Fault(
    kind="unused-layer",
    title=say("A layer that is made but not used"),
    what=say("A layer is made in __init__ or assigned to a name, but never called on the way from input to output."),
    symptom=say("The parameter count is larger than the network that runs; in PyTorch its gradient is None."),
    mend=say("Call it in forward, or delete it."),
    sources=("torch/nn/modules/module.py: Module",),
    level=4,
    not_in={
        "tensorflow": say(
            "A layer that is not called is no part of a Sequential or functional model, so nothing of it is counted."
        )
    },
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.unused and facts.framework == "torch":
        return Evidence(0.93, say("Some layers never get a gradient: {count}.", count=facts.unused), "weights")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.with_pattern(r"^(        self\.(?:conv1|dense1) = .*)$", r"\1\n        self.extra = nn.Linear(128, 128)", 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    if program.torch and program.net is not None and program.net.instance is not None and program.output is not None:
        instance, drops = program.net.instance, (keras_name("Drop"),)
        used = {id(t.op.owner) for t in program.tensors}
        names = _names_used(program)
        for name, value in instance.attributes.items():
            if (
                isinstance(value, Made)
                and value.path.startswith("torch.nn.")
                and id(value) not in used
                and name not in names
                and not value.path.endswith(("Loss", "Sequential", "ModuleList"))
            ):
                weights = value.name.startswith(("Conv", "Linear", "BatchNorm1d", "BatchNorm2d", *drops))
                results.append(
                    finding(
                        FAULT,
                        instance.lines.get(name, value.line),
                        "likely" if weights and not value.name.startswith(drops) else "smell",
                    )
                )
    if program.keras and program.net is not None and program.net.kind == "functional":
        used = {id(t) for t in program.tensors}
        layers = {id(t.op.owner) for t in program.tensors}
        for tensor in program.machine.made_tensors:
            if (
                id(tensor) not in used
                and id(tensor.op.owner) not in layers
                and tensor.op.kind in ("Linear", "Convolution", "MaxPool", "Drop", "Batchwise", "Flat")
                and len([n for n in program.machine.nets if n.kind == "functional"]) == 1
            ):
                results.append(finding(FAULT, tensor.op.where or tensor.op.line, "likely"))
    return results[:2]


def _names_used(program: Program) -> set[str]:
    """Return the names that methods other than __init__ read from self."""
    found_names: set[str] = set()
    cls = program.net.instance.cls
    for item in cls.node.body:
        if isinstance(item, ast.FunctionDef) and item.name != "__init__":
            found_names |= {n.attr for n in ast.walk(item) if isinstance(n, ast.Attribute)}
            if (
                any(isinstance(n, ast.Name) and n.id in ("getattr", "vars") for n in ast.walk(item))
                or "_modules" in found_names
                or "children" in found_names
            ):
                return set(program.net.instance.attributes)
    return found_names
