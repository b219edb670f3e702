"""L1 or L2 penalty too strong."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import hardly_learns
from clsf.reader.habits import penalties
from clsf.reader.looks import Program, events, finding, number
from clsf.words import say

FAULT = Fault(
    kind="regularisation",
    title=say("L1 or L2 penalty too strong"),
    what=say("The penalty outweighs the loss, so all kernels go to 0 and the outputs no longer depend on the image."),
    symptom=say("Accuracy falls to chance, the loss to ln C; training equals validation."),
    mend=say("Divide the factor by 10 until the loss falls; 1e-4 is usual."),
    sources=("keras/src/regularizers/regularizers.py: L2",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.l2 and facts.l2 >= 0.01 and (hardly_learns(history, facts) or facts.l2 >= 0.3):
        return Evidence(
            0.93, say("A penalty of {value} on the kernels is added to the loss.", value=f"{facts.l2:g}"), "weights"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(l2=1.0)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for op in program.ops:
        made = op.settings.get("regularizer")
        if made is None or not hasattr(made, "args"):
            continue
        values = [n for n in (*made.args, *made.kwargs.values()) if number(n)]
        if values and max(values) >= 0.05:
            return [finding(FAULT, op.line, "likely" if max(values) >= 0.1 else "smell")]
    by_hand = {
        kind: value for kind, value in penalties(program).items() if kind in ("l1", "l2") and value >= 0.1 and value != 0.5
    }  # half of the squares is how the penalty is written
    if by_hand and program.torch:
        line = next(e.line for e in events(program, "backward")) if any(events(program, "backward")) else program.net.line
        return [finding(FAULT, line, "likely")]
    return []
