"""Plateau: the loss has stopped falling, far from its end."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.signs import hardly_learns
from clsf.words import say

FAULT = Fault(
    kind="plateau",
    title=say("The loss no longer falls"),
    what=say("Steps of this size jump back and forth above the minimum, or the model can't fit the images any better."),
    symptom=say("Training loss falls at first and then stays level, with accuracy still far from its best."),
    mend=say("Lower the learning rate when the loss no longer falls (a schedule does it); if that doesn't help, use a larger model."),
    sources=("He et al. 2016, arXiv:1512.03385, section 3.4",),
    level=3,
)  # fmt: skip

LEAST = 8  # epochs
LEVEL = 0.02  # share by which the loss of the last third differs, at most


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    losses = history.loss
    if len(losses) < LEAST or history.broke or not history.accuracy or hardly_learns(history, facts):
        return None
    third = len(losses) // 3
    last, before = losses[-third:], losses[-2 * third : -third]
    level = sum(before) / len(before)
    fell = losses[0] > 1.25 * level
    if not fell or history.accuracy[-1] > 0.85 or level <= 0 or abs(sum(last) / len(last) - level) > LEVEL * level:
        return None
    begin = next(number for number, loss in enumerate(losses) if loss < 1.05 * level)
    return Evidence(
        0.6,
        say(
            "Since epoch {epoch} the training loss stays near {loss}, at an accuracy of {accuracy}.",
            epoch=begin + 1, loss=f"{level:.3g}", accuracy=f"{history.accuracy[-1]:.0%}",
        ),
        "lower-rate", epoch=begin + 1,
    )  # fmt: skip
