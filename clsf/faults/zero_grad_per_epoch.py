"""Gradients set to zero only once an epoch."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, training_loops
from clsf.words import say

FAULT = Fault(
    kind="zero-grad-per-epoch",
    title=say("Gradients set to zero only once an epoch"),
    what=say(
        "zero_grad() is called before the loop over the batches. Within an epoch each step uses the sum of all "
        "gradients since the epoch began."
    ),
    symptom=say("The gradient norm grows through an epoch and falls back at its beginning. The loss has the same sawtooth."),
    mend=say("Move zero_grad() into the loop over batches."),
    sources=("pytorch/pytorch#47175",),
    level=3,
    not_in={"tensorflow": say("A GradientTape computes new gradients in each step.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.accumulates is not None and 0.4 < facts.accumulates <= 0.98:
        return Evidence(
            0.95, say("Gradients are cleared only in {share} of the steps.", share=f"{1 - facts.accumulates:.0%}"), "gradients"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.edited(
        ("        optimizer.zero_grad()  # gradients add up until they are cleared\n", ""),
        ("    for first in range(0, len(order), BATCH_SIZE):\n        batch",
         "    optimizer.zero_grad()\n    for first in range(0, len(order), BATCH_SIZE):\n        batch"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch:
        return []
    for loop, inside in training_loops(program).items():
        backward = [e for e in inside if e.kind == "backward" and e.loop_ids[-1] == loop]
        steps = [e for e in inside if e.kind == "optimizer-step" and e.loop_ids[-1] == loop]
        if not backward or not steps or any(e.kind == "zero-grad" for e in inside):
            continue
        outer = {i for e in backward for i in e.loop_ids[:-1]}
        for e in program.events:
            if e.kind == "zero-grad" and e.loops and set(e.loop_ids) & outer:
                return [finding(FAULT, e.line, "certain")]
    return []
