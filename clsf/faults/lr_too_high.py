"""Learning rate too high."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.faults.signs import final_loss, first_loss, hardly_learns, rate_over_usual, stuck
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

HIGH = {"sgd": 20.0, "momentum": 5.0, "nesterov": 5.0, "adagrad": 5.0, "adadelta": 1000.0, "rmsprop": 0.5, "adam": 0.5}
"""Learning rates that break the training of small networks, per optimizer."""


def in_run(history: History, facts: Facts) -> Evidence | None:
    over, loss, begin = rate_over_usual(facts), final_loss(history), first_loss(history)
    if (facts.momentum or 0) >= 0.99 or (facts.accumulates or 0) > 0.4 or (facts.inputs is not None and facts.inputs[1] > 20):
        return None  # these do the same at a usual learning rate
    bad = history.broke or hardly_learns(history, facts)
    if over is not None and over >= 8 and (bad or (loss is not None and begin is not None and loss > 0.85 * begin)):
        return Evidence(
            0.92,
            say(
                "The learning rate is {rate}, {factor} times the usual one of {optimizer}.",
                rate=f"{facts.learning_rate:g}",
                factor=f"{over:.0f}",
                optimizer=facts.optimizer,
            ),
            "lower-rate",
        )
    if history.broke and not any(value < 0 for value in (*history.losses, *history.loss)):
        return Evidence(0.8, say("The loss is no number any more, or beyond all bounds."), "lower-rate")
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
