"""The loss is kept together with its graph."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, swap, training_loops, v
from clsf.words import say

FAULT = Fault(
    kind="graph-kept",
    title=say("The loss is kept together with its graph"),
    what=say("total += loss keeps the graph of each batch alive. Memory grows with each step."),
    symptom=say("Memory grows until the program is out of memory; the curves look normal."),
    mend=say("Add loss.item(), a plain number."),
    sources=("pytorch/pytorch#1840",),
    level=4,
    not_in={"tensorflow": say("A tape is released after its gradient is taken, and fit keeps plain numbers.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.keeps_graph:
        return Evidence(0.96, say("The sum of losses is a tensor with its graph, not a number."), "memory")
    return None


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.edited(("total += loss.item() * len(labels)", "total += loss * len(labels)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loops = set(training_loops(program))
    later = {e["loss"].line for e in events(program, "backward") if isinstance(e["loss"], v.LossValue)}
    for e in events(program, "accumulate"):
        value = e["value"]
        if (
            isinstance(value, v.LossValue)
            and not value.plain
            and not e.no_grad
            and e.loops
            and e.loop_ids[-1] in loops
            and program.torch
        ):
            if f"{e['name']}.backward" in program.source.text or value.line not in later:
                continue
            return [finding(FAULT, e.line, "likely", swap(program, e.line, r"\+=\s*(\w+)", r"+= \1.item()"))]
    return []
