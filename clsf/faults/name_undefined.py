"""A name that isn't defined."""

from __future__ import annotations

import ast
import difflib
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, swap
from clsf.reader.names import MISSING_IMPORTS
from clsf.words import say

FAULT = Fault(
    kind="name-undefined",
    title=say("A name that isn't defined"),
    what=say("A variable or module is used that was never assigned or imported, or is spelled otherwise."),
    symptom=say("NameError with the name."),
    mend=say("Define or import it before, or correct the spelling."),
    sources=("docs.python.org: NameError",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.match(r"NameError|UnboundLocalError", history.error):
        return Evidence(0.97, say("A name isn't known: {error}", error=history.error[:160]), "traceback")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("from keras import layers\n", ""))
    return scene.edited(("import torch.nn.functional as F\n", ""))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    machine = program.machine
    if machine.stars:
        return []
    known = {n.id for n in program.source.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known |= {n.name for n in program.source.nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)} | set(machine.module.names)
    results = []
    roots = {name.partition(".")[0] for name in machine.imports}
    for name, line in machine.assumed_imports.items():
        root = MISSING_IMPORTS[name].partition(".")[0]
        if root in roots or (root == "keras" and "tensorflow" in roots):
            results.append(finding(FAULT, line, "likely"))
    for name, line in list(program.undefined.items())[:8]:
        near = difflib.get_close_matches(name, known, 1, 0.84)
        results.append(
            finding(
                FAULT,
                line,
                "likely" if near and name not in known else "smell",
                swap(program, line, rf"\b{re.escape(name)}\b", near[0]) if near and name not in known else None,
            )
        )
    return results[:3]
