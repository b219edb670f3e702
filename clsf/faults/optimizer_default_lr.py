"""A default learning rate that is too low to learn."""

from __future__ import annotations

from clsf import FRAMEWORKS
from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import KERAS, TORCH, Scene
from clsf.faults.signs import final_loss, first_loss, long_enough
from clsf.optimizer_calls import own_rate
from clsf.optimizers import OPTIMIZERS, Optimizer, named, title
from clsf.reader.looks import Program, finding, number, swap
from clsf.reader.training import rate_of
from clsf.words import say

FAULT = Fault(
    kind="optimizer-default-lr",
    title=say("A default learning rate that hardly learns"),
    what=say(
        "Defaults differ: Adadelta's is 0.001 in Keras and 1.0 in PyTorch, SGD's is 0.01 in Keras and 0.001 in "
        "PyTorch. Some hardly learn in a few epochs."
    ),
    symptom=say("The loss falls very slowly, as with a learning rate that is too low."),
    mend=say("Set the learning rate."),
    sources=(
        "keras/src/optimizers/adadelta.py: Adadelta",
        "torch/optim/adadelta.py: Adadelta",
    ),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    declared = OPTIMIZERS.get(facts.optimizer or "")
    low = None if declared is None else _low(declared)
    rate, loss, begin = facts.learning_rate, final_loss(history), first_loss(history)
    if low is None or rate is None or not long_enough(history) or loss is None or begin is None or facts.momentum:
        return None
    if low / 20 < rate <= low and loss > 0.8 * begin and not history.broke:
        return Evidence(
            0.93,
            say(
                "{optimizer} has a learning rate of {rate}, which is a default, and hardly learns with it.",
                optimizer=title(facts.optimizer),
                rate=f"{rate:g}",
            ),
            "higher-rate",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    least = min(OPTIMIZERS.values(), key=lambda o: _least(o) / o.rate)
    return scene.planned(optimizer=least.name, learning_rate=_least(least))


def _least(declared: Optimizer) -> float:
    """Return the smaller one of the rates that the frameworks take by default."""
    return min(own_rate(declared, framework) for framework in FRAMEWORKS)


def _low(declared: Optimizer) -> float | None:
    """Return the rate up to which an optimizer hardly learns, if a framework has such a default."""
    least = _least(declared)
    return None if least >= declared.rate else least * (10 if declared.scales_itself else 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    declared = named(made.name) if made is not None else None
    if declared is None:
        return []
    rate, line = rate_of(made)
    if rate is not None:
        written = declared.scales_itself and number(rate) and rate == own_rate(declared, KERAS)  # the same as the default
        new = swap(program, line, rf"(?<![\w.]){rate!r}0*(?!\d)", repr(declared.rate)) if written else None
        return [finding(FAULT, line, "likely", new)] if written else []
    if declared.scales_itself and program.keras and "tensorflow" not in " ".join(program.machine.imports):
        return []  # the default of Keras was 1.0 in its first versions
    rates = [own_rate(declared, framework) for framework in FRAMEWORKS]
    own = own_rate(declared, TORCH if program.torch else KERAS)
    if max(rates) >= 5 * min(rates) and (own != declared.rate or not declared.adaptive):
        return [finding(FAULT, program.optimizer_line, "smell")]
    return []
