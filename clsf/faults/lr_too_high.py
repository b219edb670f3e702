"""Learning rate too high."""

from __future__ import annotations

import re
from math import inf

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import final_loss, first_loss, hardly_learns, rate_over_usual, stuck
from clsf.optimizers import OPTIMIZERS, POPULAR, named, title
from clsf.reader.looks import Program, finding, has, number, pretrained, swap
from clsf.reader.training import rate_of
from clsf.words import say

FAULT = Fault(
    kind="lr-too-high",
    title=say("Learning rate too high"),
    what=say(
        "Each step goes beyond the minimum, so the weights grow or jump about. ReLU units that are pushed below 0 "
        "for all images stay there."
    ),
    symptom=say(
        "The loss rises, jumps or becomes nan, often in the first steps; or it ends at ln C with all answers the same."
    ),
    mend=say("Divide the learning rate by 10 until the loss falls evenly. Adam usually takes 0.001, SGD 0.01."),
    sources=(
        "geifmany/cifar-vgg#1",
        "keras-team/keras#18532",
    ),
    level=2,
)


HIGH = {name: o.rate * (2000 if not o.settings else 1000 if o.scales_itself else 500) for name, o in OPTIMIZERS.items()}
"""Learning rates that break the training of small networks, per optimizer."""


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    over, loss, begin = rate_over_usual(facts), final_loss(history), first_loss(history)
    if (facts.momentum or 0) >= 0.99 or (facts.accumulates or 0) > 0.4 or (facts.inputs is not None and facts.inputs[1] > 20):
        return None  # these do the same at a usual learning rate
    bad = history.broke or hardly_learns(history, facts)
    if over is not None and over >= 8 and history.broke and facts.broke_in is not None:
        name, step = facts.broke_in
        return Evidence(
            0.92,
            say(
                "The learning rate is {rate}, {factor} times the usual one of {optimizer}. A nan or infinity was seen first in {layer}, at step {step}.",
                rate=f"{facts.learning_rate:g}", factor=f"{over:,.0f}", optimizer=title(facts.optimizer), layer=name, step=step,
            ),
            "lower-rate",
        )  # fmt: skip
    if over is not None and over >= 8 and (bad or (loss is not None and begin is not None and loss > 0.85 * begin)):
        return Evidence(
            0.92,
            say(
                "The learning rate is {rate}, {factor} times the usual one of {optimizer}.",
                rate=f"{facts.learning_rate:g}",
                factor=f"{over:.0f}",
                optimizer=title(facts.optimizer),
            ),
            "lower-rate",
        )
    if history.broke and not any(value < 0 for value in (*history.losses, *history.loss)):
        if facts.broke_in is not None:
            name, step = facts.broke_in
            return Evidence(
                0.8,
                say("The loss is nan or infinite. This was seen first in {layer}, at step {step}.", layer=name, step=step),
                "lower-rate",
            )
        return Evidence(0.8, say("The loss is nan, infinite or far too large."), "lower-rate")
    if (
        over is None
        and loss is not None
        and facts.chance
        and history.loss
        and max(history.loss) > 3 * facts.chance
        and hardly_learns(history, facts)
    ):
        return Evidence(
            0.6, say("The loss jumps to {loss}, and accuracy stays at chance.", loss=f"{max(history.loss):.1f}"), "lower-rate"
        )
    if over is None and facts.inputs is None and stuck(history, facts):
        return Evidence(
            0.55,
            say("The loss stays at ln {classes}, the value of a model that knows nothing.", classes=facts.classes),
            "lower-rate",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(learning_rate=HIGH[scene.plan.optimizer])


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None:
        return []
    rate, line = rate_of(made)
    if not number(rate):
        return []
    name = made.name.lower()
    momentum = made.get("momentum", 2 if program.torch else 1, 0)
    fast = number(momentum) and momentum >= 0.8
    declared = named(name) or (OPTIMIZERS[POPULAR] if name.endswith(POPULAR) else None)
    if declared is None:
        return [finding(FAULT, line, "likely", swap(program, line, _written(rate), "1.0"))] if rate > 5 else []
    if declared.adaptive:
        likely, smell = (30, 5) if declared.rate <= 0.001 else (5, inf) if declared.scales_itself else (50, 10)
        sure = "likely" if rate >= likely * declared.rate else "smell" if rate >= smell * declared.rate else None
    else:
        normed = (
            any(has(program, kind) for kind in ("Batchwise", "LayerNorm", "GroupNorm"))
            or pretrained(program)
            or any(op.kind == "Unknown" for op in program.ops)
        )
        high = 0.1 if fast and not normed else 1.0
        deep = sum(op.kind in ("Linear", "Convolution") for op in program.ops) >= 5 or (
            program.x is not None and program.x.scale == "raw"
        )
        sure = (
            "likely"
            if rate >= high and not (normed and rate < 1) and (deep or rate >= 0.5)
            else "smell"
            if rate >= (0.05 if fast else 0.3)
            else None
        )
    if sure is None:
        return []
    return [finding(FAULT, line, sure, swap(program, line, _written(rate), repr(declared.rate)))]


def _written(rate: float) -> str:
    """Return a pattern that matches the number however it is written."""
    return rf"(?<![\w.]){re.escape(repr(rate))}0*(?![\d.])" if rate >= 1e-4 else r"(?!x)x"
