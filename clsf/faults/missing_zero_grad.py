"""Gradients never set to zero."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, indent, training_loops
from clsf.words import say

FAULT = Fault(
    kind="missing-zero-grad",
    title=say("Gradients never set to zero"),
    what=say(
        "backward() adds to the gradients that are already there. Without zero_grad() each step uses the sum over "
        "all batches so far."
    ),
    symptom=say("The gradient norm grows from step to step. The loss falls at first, then jumps or stays high."),
    mend=say("Call optimizer.zero_grad() before each backward()."),
    sources=(
        "pytorch/pytorch#47175",
        "udacity/deep-learning-v2-pytorch#160",
    ),
    level=2,
    not_in={"tensorflow": say("A GradientTape computes new gradients in each step.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.accumulates is not None and facts.accumulates > 0.98:
        return Evidence(0.96, say("Each step's gradients still hold those of all steps before."), "gradients")
    norms = history.gradient_norms
    if (facts.accumulates is None and facts.framework == "torch" and len(norms) > 60 and min(norms[:5]) > 0) and (
        sum(norms[-20:]) / 20 > 15 * sum(norms[:20]) / 20 and not facts.optimizer
    ):
        return Evidence(0.5, say("The gradient norm grows from step to step."), "gradients")
    return None


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.edited(("        optimizer.zero_grad()  # gradients add up until they are cleared\n", ""))
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch or not any(events(program, "optimizer-step")):
        return []
    for loop, inside in training_loops(program).items():
        backward = [e for e in inside if e.kind == "backward" and e.loop_ids[-1] == loop]
        if not backward or not any(e.kind == "optimizer-step" for e in inside):
            continue
        if any(e.kind == "zero-grad" for e in inside) or ".grad" in _text(program):
            continue
        outer = {i for e in backward for i in e.loop_ids}
        if any(e.kind == "zero-grad" and set(e.loop_ids) & outer for e in program.events):
            continue
        line = backward[0].line
        return [finding(FAULT, line, "certain", before=f"{indent(program, line)}{_optimizer(program, inside)}.zero_grad()")]
    return []


def _text(program: Program) -> str:
    """Return the source without the code that only reads gradients."""
    return "" if not re.search(r"\.grad\s*(=|\.zero_|\.data\.zero_)", program.source.text) else ".grad"


def _optimizer(program: Program, inside: list) -> str:
    step = next((e for e in inside if e.kind == "optimizer-step"), None)
    name = re.search(r"([\w.]+)\.step\(", program.line(step.line)) if step is not None else None
    return name[1] if name else "optimizer"
