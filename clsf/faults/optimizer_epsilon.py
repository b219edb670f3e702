"""Epsilon of the optimizer is too large."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.optimizers import OPTIMIZERS, POPULAR, title
from clsf.reader.looks import Program, finding, number
from clsf.words import say

FAULT = Fault(
    kind="optimizer-epsilon",
    title=say("Epsilon of the optimizer is too large"),
    what=say(
        "Adam and RMSprop divide by a root plus epsilon. With an epsilon near 1 the division does nothing, and "
        "steps are as small as the gradients."
    ),
    symptom=say("Learning is much slower than usual for the same learning rate."),
    mend=say("Leave epsilon at 1e-7 or 1e-8."),
    sources=(
        "CrossedWires, arXiv:2108.12768",
        "keras/src/optimizers/adam.py: Adam",
    ),
    level=2,
)


_NAMES = {name for name, declared in OPTIMIZERS.items() if declared.adaptive and declared.rate <= 0.001}


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.epsilon is not None and facts.epsilon >= 0.01 and facts.optimizer in _NAMES:
        return Evidence(
            0.95,
            say("{optimizer} has an epsilon of {epsilon}.", optimizer=title(facts.optimizer), epsilon=f"{facts.epsilon:g}"),
            "rates",
        )
    return None


def start(scene: Scene) -> Scene:
    return scene.planned(optimizer=POPULAR, learning_rate=OPTIMIZERS[POPULAR].rate)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer=POPULAR, learning_rate=OPTIMIZERS[POPULAR].rate, hyper={"epsilon": 1.0})


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None:
        return []
    eps = made.kwargs.get("epsilon", made.kwargs.get("eps"))
    if number(eps) and eps > 0.01:
        return [finding(FAULT, made.lines.get("epsilon", made.lines.get("eps", made.line)), "likely")]
    return []
