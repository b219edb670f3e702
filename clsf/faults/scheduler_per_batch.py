"""Learning rate schedule stepped once a batch."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import steps_per_epoch
from clsf.reader.looks import Program, finding, number, training_loops
from clsf.words import say

FAULT = Fault(
    kind="scheduler-per-batch",
    title=say("Learning rate schedule stepped once a batch"),
    what=say(
        "A schedule that is meant per epoch is stepped after each batch, so the learning rate is practically 0 "
        "within the first epoch."
    ),
    symptom=say("The loss falls for some steps and then no longer changes."),
    mend=say("Step the scheduler once an epoch, or set its length in steps."),
    sources=(
        "pytorch/tutorials#640",
        "pytorch/vision#1261",
    ),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    rates, each = history.learning_rates, steps_per_epoch(history) or 40
    middle = rates[min(each // 2, len(rates) - 1)] if len(rates) > 12 else None
    if middle is not None and middle < 1e-3 * max(rates[0], 1e-30):
        return Evidence(
            0.97, say("Within half an epoch the learning rate has fallen to {rate}.", rate=f"{middle:.1e}"), "rates"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        old = "(learning_rate=LEARNING_RATE"
        return scene.edited((old, "(learning_rate=keras.optimizers.schedules.ExponentialDecay(LEARNING_RATE, 1, 0.5)"))
    return scene.edited(
        (
            "@torch.no_grad()  # keep",
            "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)\n\n\n@torch.no_grad()  # keep",
        ),
        ("        total += loss.item()", "        scheduler.step()\n        total += loss.item()"),
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for node in program.source.nodes if program.keras else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ExponentialDecay") and _each_step(node):
            return [finding(FAULT, node.lineno, "likely")]
    for loop, inside in training_loops(program).items():
        for e in inside:
            if (
                e.kind == "scheduler-step"
                and e.loop_ids[-1] == loop
                and e["made"].name in ("StepLR", "MultiStepLR", "ExponentialLR", "ReduceLROnPlateau")
                and any(loop[1] in ("range", "while") for loop in e.loops[:-1])
            ):
                return [finding(FAULT, e.line, "likely")]
    return []


def _each_step(call: ast.Call) -> bool:
    """Return whether a Keras decay, which counts steps and not epochs, is by a tenth or more every few steps."""
    given = dict(zip(("initial_learning_rate", "decay_steps", "decay_rate"), call.args, strict=False)) | {
        k.arg: k.value for k in call.keywords
    }
    steps, rate = (getattr(given.get(name), "value", None) for name in ("decay_steps", "decay_rate"))
    return number(steps) and number(rate) and steps <= 10 and 0 < rate <= 0.9
