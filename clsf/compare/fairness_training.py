"""The points of the fairness check that are about how learning is steered: regularisation, schedule, augmentation, stopping."""

from __future__ import annotations

from collections.abc import Iterator

from clsf.compare.fairness import Contender, Level
from clsf.words import Sentence, say

Said = Iterator[tuple[Level, Sentence]]

MOMENTUM = ("momentum", "nesterov")


def regularisation(one: Contender, two: Contender) -> Said:
    """L1, weight decay. (L2 is spoken of with the optimizer, where its style can differ on purpose.)"""
    a, b = one.plan, two.plan
    if a.l1 != b.l1:
        yield "red", say("The penalty on sizes of weights (L1) differs: {one} and {two}.", one=f"{a.l1:g}", two=f"{b.l1:g}")
    if a.weight_decay != b.weight_decay:
        yield (
            "red",
            say("Decoupled weight decay differs: {one} and {two}.", one=f"{a.weight_decay:g}", two=f"{b.weight_decay:g}"),
        )
    elif a.weight_decay and {one.framework, two.framework} == {"tensorflow", "torch"} and "native" in (a.rules, b.rules):
        yield "amber", say(
            "Weight decay of {value} is not the same in each framework's own rule: Keras takes it from the weights, PyTorch adds it to "
            "the gradient, which the optimizer then scales.",
            value=f"{a.weight_decay:g}",
        )  # fmt: skip
    elif a.l1 == b.l1:
        yield "green", say("Both keep the weights small in the same way, or not at all.")


def schedule(one: Contender, two: Contender) -> Said:
    """The learning rate over the steps."""
    a, b = one.plan, two.plan
    if (a.schedule, a.plateau) != (b.schedule, b.plateau):
        yield "red", say("The learning rate changes in another way in each, so they do not learn by the same rule.")
    elif not a.schedule.varies and a.plateau is None:
        yield "green", say("Both keep the learning rate as it is.")
    elif a.optimizer in MOMENTUM and a.rules == b.rules == "native" and one.framework != two.framework:
        yield "amber", say(
            "The learning rate changes alike, but with {optimizer} each framework's own rule makes something else of it: Keras "
            "multiplies what is remembered by the rate of its time, PyTorch by that of today.",
            optimizer=a.optimizer,
        )  # fmt: skip
    else:
        yield "green", say("Both change the learning rate in the same way; its values are computed once.")


def augmentation(one: Contender, two: Contender) -> Said:
    """How training images are varied."""
    a, b = one.plan, two.plan
    if a.augmentation != b.augmentation:
        yield "red", say("Training images are varied in another way in each: they do not see the same images.")
    elif not a.augmentation.any:
        yield "green", say("Neither varies its training images.")
    elif a.seed != b.seed:
        yield "amber", say("Training images are varied in the same way, but with other random numbers, for the seeds differ.")
    else:
        yield "green", say("Both see the same variations of the same images: they are drawn in NumPy.")


def stopping(one: Contender, two: Contender) -> Said:
    """Early stopping, and whose weights are judged."""
    a, b = one.plan.stopping, two.plan.stopping
    if (a.patience, a.restore_best, a.monitor, a.min_delta) != (b.patience, b.restore_best, b.monitor, b.min_delta):
        yield "red", say("They stop, or choose the epoch whose weights count, by other rules.")
    elif a.restore_best:
        yield "green", say("Both are judged by their best epoch, chosen by the validation images.")
    elif a.patience is not None:
        yield "green", say("Both stop by the same rule; one may stop before the other.")
    else:
        yield "green", say("Neither stops early; both are judged by their last epoch.")


STEERING = {"regularisation": regularisation, "schedule": schedule, "augmentation": augmentation, "stopping": stopping}
