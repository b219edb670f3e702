"""A default learning rate that hardly learns."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.faults.signs import final_loss, first_loss, long_enough
from clsf.reader.looks import Program, found
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
    mend=say("Say the learning rate."),
    sources=(
        "keras/src/optimizers/adadelta.py: Adadelta",
        "torch/optim/adadelta.py: Adadelta",
    ),
    level=3,
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    low = {"adadelta": 0.01, "adagrad": 0.001, "sgd": 0.001}.get(facts.optimizer or "")
    rate, loss, begin = facts.learning_rate, final_loss(history), first_loss(history)
    if low is None or rate is None or not long_enough(history) or loss is None or begin is None or facts.momentum:
        return None
    if low / 20 < rate <= low and loss > 0.8 * begin and not history.broke:
        return Evidence(
            0.93,
            say(
                "{optimizer} has a learning rate of {rate}, which is a default, and hardly learns with it.",
                optimizer=facts.optimizer,
                rate=f"{rate:g}",
            ),
            "higher-rate",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(optimizer="adadelta", learning_rate=0.001)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None or rate_of(made)[0] is not None:
        return []
    name = made.name.lower()
    if name == "adadelta" and program.keras and "tensorflow" in " ".join(program.machine.imports):
        return [found(FAULT, program.optimizer_line, "smell")]
    if (program.torch and name in ("sgd", "rmsprop")) or (name in ("adagrad", "sgd") and program.keras):
        return [found(FAULT, program.optimizer_line, "smell")]
    return []
