"""Stopped too early."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, rounds
from clsf.words import say

FAULT = Fault(
    kind="too-few-epochs",
    title=say("Stopped too early"),
    what=say("Training ends while both losses still fall."),
    symptom=say("At the end both curves still improve, and training is no better than validation."),
    mend=say("Train longer; stop when validation no longer improves."),
    sources=("Prechelt 1998, Early stopping - but when?",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.planned_epochs is None or facts.planned_epochs > 2 or not history.over or history.error or not history.accuracy:
        return None
    small_batches = not (facts.batch_size and facts.train_images and facts.batch_size > facts.train_images / 3)
    if history.steps < 30 and history.accuracy[-1] < 0.6 and small_batches and not history.broke:
        return Evidence(
            0.75, say("The run ended at step {steps}, while it still improved.", steps=history.steps), "more-epochs"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(epochs=1, batch_size=128)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    count = rounds(program)
    if count is None or count > 3 or (program.fit is None and not any(e.loops for e in events(program, "backward"))):
        return []
    line = (
        program.fit.line_of("epochs", 3)
        if program.fit is not None
        else next((e.loops[0][0][0] for e in program.events if e.kind == "backward" and e.loops), 1)
    )
    return [finding(FAULT, line, "smell")]
