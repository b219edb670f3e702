"""A name that is overwritten."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="name-overwritten",
    title=say("A name that is overwritten"),
    what=say(
        "One name is used for two things: the test set replaces the training set, the model's output replaces the "
        "model, or a function's name is used for a value."
    ),
    symptom=say("Another error later on, or numbers of the wrong data."),
    mend=say("Give each thing its own name."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


OVERWRITTEN = re.compile(
    r"'(Tensor|EagerTensor|History|float|int|ndarray|tuple|list|str)' object (is not callable|has no attribute "
    r"'(fit|evaluate|predict|compile|train|eval|parameters|save|state_dict|step|zero_grad)')"
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if OVERWRITTEN.search(history.error):
        return Evidence(0.93, say("A name stands for something else by then: {error}", error=history.error[:160]), "traceback")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("history = model.fit(", "model = model.fit("))
    return scene.edited(
        (
            "        outputs = model(images)\n        loss = loss_fn(outputs",
            "        outputs = model = model(images)\n        loss = loss_fn(outputs",
        )
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for node in program.source.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[-1], ast.Name) and isinstance(node.value, ast.Call):
            name, called = node.targets[-1].id, node.value.func
            if (
                isinstance(called, ast.Name)
                and called.id == name
                and any(e.kind in ("loss", "forward") and e.line == node.lineno and e.loops for e in program.events)
            ):
                kept = node.targets[0].id if len(node.targets) > 1 and isinstance(node.targets[0], ast.Name) else ""
                new = swap(program, node.lineno, rf"\b{kept}\s*=\s*{name}\s*=", f"{kept} =") if kept else None
                return [finding(FAULT, node.lineno, "certain", new)]
            if (
                isinstance(called, ast.Attribute)
                and called.attr in ("fit", "compile")
                and isinstance(called.value, ast.Name)
                and called.value.id == name
            ):
                return [finding(FAULT, node.lineno, "likely")]
    return []
