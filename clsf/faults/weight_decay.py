"""Weight decay too strong."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import hardly_learns
from clsf.optimizers import PLAINEST, named
from clsf.reader.habits import penalties
from clsf.reader.looks import Program, finding, number, swap
from clsf.words import say

FAULT = Fault(
    kind="weight-decay",
    title=say("Weight decay too strong"),
    what=say(
        "Each step pulls all weights towards 0. Adam with weight_decay adds it to the gradient and scales it away; "
        "AdamW and Keras subtract it from the weights."
    ),
    symptom=say("Training and validation stop at the same high loss; weights shrink to 0."),
    mend=say("Use 1e-4 to 1e-2, less with SGD."),
    sources=("Loshchilov and Hutter 2019, arXiv:1711.05101",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    decay, rate = facts.weight_decay or 0, facts.learning_rate or 0
    if decay and (decay * rate > 0.01 or decay >= 0.5) and (hardly_learns(history, facts) or decay * rate > 0.03):
        return Evidence(0.93, say("Each step takes {share} of every weight away.", share=f"{decay * rate:.1%}"), "weights")
    return None


def start(scene: Scene) -> Scene:
    return scene.planned(optimizer=PLAINEST, learning_rate=0.05)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer=PLAINEST, learning_rate=0.05, weight_decay=5.0)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None:
        return []
    if penalties(program).get("weight_decay", 0.0) >= 0.5:  # written by hand, before or after each step
        line = next((n for n, text in enumerate(program.source.lines, 1) if ".mul_(1 - " in text), made.line)
        own = re.search(r"\* *(\w+)\)$", program.line(line).split("#")[0].rstrip())
        given = next((n for n, text in enumerate(program.source.lines, 1) if own and re.match(rf"{own[1]} *=", text)), line)
        return [finding(FAULT, given, "likely", _usual(program, given))]
    value, declared = made.kwargs.get("weight_decay"), named(made.name)
    if number(value) and value >= 0.05 and not (declared and declared.decoupled and value < 0.5):
        line = made.lines.get("weight_decay", made.line)
        return [finding(FAULT, line, "likely" if value >= 0.1 else "smell", _usual(program, line))]
    decay = made.kwargs.get("decay")
    if program.keras and number(decay) and decay >= 0.1:
        return [finding(FAULT, made.lines.get("decay", made.line), "likely")]
    return []


def _usual(program: Program, line: int) -> str | None:
    """Return a line with its last number replaced by a usual one."""
    return swap(program, line, r"(?<![\w.])\d+(?:\.\d*)?(?:e-?\d+)?(?![\w.])(?=[^\d#]*(?:#.*)?$)", "0.0005")
