"""Suggests one change after a training, based on its result; the next run differs in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clsf.plan import MAX_EPOCHS, Augmentation, Plan
from clsf.runs.record import RunRecord
from clsf.words import Sentence, say, say_n

GAP = 0.05  # by which training accuracy may exceed validation accuracy before it counts as memorising
TURN = 10.0  # degrees
MORE = 2  # times as many epochs
LOUD = 10.0  # times smaller learning rate after one that was too large


@dataclass(frozen=True, slots=True)
class Change:
    """A plan that differs in one thing, that thing, and why it is worth a try."""

    plan: Plan
    what: Sentence
    why: Sentence


def suggested(record: RunRecord) -> Change | None:
    """Return the change to try after a run that is over; None if it never got through an epoch or suggests no change."""
    plan = record.plan
    if record.status == "diverged":
        rate = float(f"{plan.learning_rate / LOUD:.3g}")
        return Change(
            plan.but(learning_rate=rate),
            say("Learning rate {rate}", rate=f"{rate:g}"),
            say("The loss grew without limit: the steps were too large."),
        )
    if not record.epochs or plan.differences:
        return None
    last = record.epochs[-1]
    if _rising([e.validation_loss for e in record.epochs]) and plan.epochs * MORE <= MAX_EPOCHS:
        return Change(
            plan.but(epochs=plan.epochs * MORE),
            say_n("{count} epoch", "{count} epochs", plan.epochs * MORE),
            say("The validation loss was still falling when the training ended."),
        )
    if last.train_accuracy - last.validation_accuracy > GAP and not plan.augmentation.any:
        return Change(
            plan.but(augmentation=Augmentation(rotation=TURN)),
            say("Images turned by up to {degrees}°", degrees=f"{TURN:g}"),
            say("It knows the training images better than new ones: it memorises."),
        )
    return Change(
        plan.but(seed=plan.seed + 1) if plan.seed < 2**31 - 1 else plan.but(seed=0),
        say("Another seed"),
        say("Nothing needs a change. See how much of the result is chance."),
    )


def _rising(losses: Sequence[float]) -> bool:
    """Return whether the last of some losses is the lowest of all, and clearly lower than the first."""
    return len(losses) > 1 and losses[-1] == min(losses) and losses[-1] < 0.99 * losses[-2]
