"""Not valid Python."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="syntax",
    title=say("Not valid Python"),
    what=say("A bracket, colon, comma or quotation mark is missing, or the indentation is wrong."),
    symptom=say("A SyntaxError with a line; the mistake is there or just before."),
    mend=say("Look at that line and the one before."),
    sources=("docs.python.org: 8.1 Syntax Errors",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.match(r"SyntaxError|IndentationError|TabError", history.error):
        return Evidence(1.0, say("Python can't read the program: {error}", error=history.error[:160]), "traceback")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited((f"layers.{keras_name('Flat')}(),", f"layers.{keras_name('Flat')}()"))
    return scene.edited(("for epoch in range(1, EPOCHS + 1):", "for epoch in range(1, EPOCHS + 1)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    source = program.source
    return [finding(FAULT, line, "certain", source.repaired.get(line), sentence=why) for line, why in source.broken[:3]]
