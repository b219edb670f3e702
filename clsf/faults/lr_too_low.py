"""Learning rate too low."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import final_loss, first_loss, hardly_learns, long_enough, rate_over_usual
from clsf.optimizers import OPTIMIZERS, named, title
from clsf.plan import LEARNING_RATES
from clsf.reader.looks import Program, finding, number, pretrained
from clsf.reader.training import rate_of
from clsf.words import say

FAULT = Fault(
    kind="lr-too-low",
    title=say("Learning rate too low"),
    what=say("Each step changes the weights by too little."),
    symptom=say("The loss falls evenly but hardly at all; accuracy rises very slowly and training equals validation."),
    mend=say("Multiply the learning rate by 10."),
    sources=("keras-team/keras#2711",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    over, loss, begin = rate_over_usual(facts), final_loss(history), first_loss(history)
    if not long_enough(history) or loss is None or begin is None or history.broke or (facts.idle or 0) >= 0.999:
        return None
    rate_falls = len(history.learning_rates) > 2 and history.learning_rates[-1] < 0.01 * history.learning_rates[0]
    if over is not None and over <= 0.05 and loss > 0.7 * begin and not rate_falls:
        return Evidence(
            0.8 if OPTIMIZERS[facts.optimizer].scales_itself else 0.9,
            say(
                "The learning rate is {rate}, {share} of the usual one of {optimizer}.",
                rate=f"{facts.learning_rate:g}",
                share=f"{over:.1%}",
                optimizer=title(facts.optimizer),
            ),
            "higher-rate",
        )
    if over is None and facts.chance and len(history.loss) > 2:
        falls = all(b <= a for a, b in zip(history.loss, history.loss[1:], strict=False))
        if falls and history.loss[0] - history.loss[-1] < 0.05 * facts.chance and hardly_learns(history, facts):
            return Evidence(0.6, say("The loss falls in every epoch, but hardly at all."), "higher-rate")
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(learning_rate=LEARNING_RATES[scene.plan.optimizer] * 1e-4)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    made = program.optimizer
    if made is None or pretrained(program):
        return []
    rate, line = rate_of(made)
    if not number(rate) or rate <= 0:
        return []
    declared = named(made.name)
    slow = declared is not None and not declared.adaptive
    recurrent = any(op.settings.get("name") in ("LSTM", "GRU", "SimpleRNN") for op in program.ops)
    if rate <= (1e-5 if slow else 1e-6) and not recurrent:
        return [finding(FAULT, line, "likely")]
    if rate <= (1e-4 if slow else 2e-5):
        return [finding(FAULT, line, "smell")]
    if declared is not None and declared.scales_itself and rate < 0.01:
        return [finding(FAULT, line, "smell")]
    return []
