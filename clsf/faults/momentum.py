"""Momentum of 1 or close to it."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.optimizers import PLAINEST, with_momentum
from clsf.reader.looks import Program, finding, number, swap
from clsf.words import say

FAULT = Fault(
    kind="momentum",
    title=say("Momentum of 1 or close to it"),
    what=say(
        "Momentum keeps a share of all earlier steps. With 0.99 the steps add up to 100 times one step; from 1 on "
        "they grow without limit."
    ),
    symptom=say("The loss falls, then swings or becomes nan."),
    mend=say("Use 0.9, or divide the learning rate by the same factor."),
    sources=("keras-team/keras#2711",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.momentum is not None and facts.momentum >= 0.99:
        return Evidence(0.95, say("The momentum is {momentum}.", momentum=f"{facts.momentum:g}"), "rates")
    return None


def start(scene: Scene) -> Scene:
    return scene.planned(optimizer=with_momentum().name, learning_rate=0.05)


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer=with_momentum().name, learning_rate=0.05, hyper={"momentum": 0.9995})


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None:
        return []
    value = made.get("momentum", 2 if program.torch else 1) if made.name.lower() == PLAINEST else made.kwargs.get("momentum")
    if number(value) and value >= 0.995:
        line = made.line_of("momentum", 2 if program.torch else 1)
        new = swap(program, line, rf"(?<![\w.]){re.escape(repr(value))}0*(?![\w.])", "0.9")
        return [finding(FAULT, line, "certain" if value >= 1 else "likely", new)]
    return []
