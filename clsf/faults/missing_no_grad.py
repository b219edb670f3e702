"""Evaluation that records gradients."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, evaluating, finding
from clsf.words import say

FAULT = Fault(
    kind="missing-no-grad",
    title=say("Evaluation that records gradients"),
    what=say("Without torch.no_grad() evaluation builds a graph for a backward pass that never comes."),
    symptom=say("Evaluation is slower and takes more memory; the numbers are right."),
    mend=say("Wrap evaluation in torch.no_grad() or torch.inference_mode()."),
    sources=("torch/autograd/grad_mode.py: no_grad",),
    level=4,
    not_in={"tensorflow": say("Nothing is recorded outside a GradientTape.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.gradients_in_evaluation:
        return Evidence(0.9, say("Evaluation records what a backward pass would need."), "memory")
    return None


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.edited(("@torch.no_grad()  # keep nothing for a backward pass: saves memory and time\n", ""))
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch:
        return []
    for event in evaluating(program):
        if not event.no_grad and "volatile" not in program.source.text:
            line = event.loops[-1][0][0] if event.loops else event.line
            return [finding(FAULT, line, "smell")]
    return []
