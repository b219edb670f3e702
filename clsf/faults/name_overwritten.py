"""A name that is overwritten."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, found
from clsf.words import say

FAULT = Fault(
    kind="name-overwritten",
    title=say("A name that is overwritten"),
    what=say(
        "One name is used for two things: the test set replaces the training set, the model's output replaces the "
        "model, or a function's name is used for a value."
    ),
    symptom=say("Another error later on, or numbers of the wrong data."),
    mend=say("Give each thing a name of its own."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


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
    for node in ast.walk(program.source.tree):
        if (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Call)
        ):
            name, called = node.targets[0].id, node.value.func
            if (
                isinstance(called, ast.Name)
                and called.id == name
                and any(e.kind == "loss" and e.line == node.lineno for e in program.events)
            ):
                return [found(FAULT, node.lineno, "certain")]
            if (
                isinstance(called, ast.Attribute)
                and called.attr in ("fit", "compile")
                and isinstance(called.value, ast.Name)
                and called.value.id == name
            ):
                return [found(FAULT, node.lineno, "likely")]
    return []
