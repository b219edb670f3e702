"""Overfitting: training images are memorised."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts
from clsf.words import say

FAULT = Fault(
    kind="overfitting",
    title=say("Overfitting"),
    what=say("From some epoch on the model learns what is only true of the training images. Validation loss rises while training loss still falls."),
    symptom=say("Validation loss has a minimum and rises after it, while training loss goes on falling."),
    mend=say("Stop at the minimum of the validation loss; augment the images, add dropout or weight decay, or collect more images."),
    sources=("Prechelt 1998, Early stopping - but when?", "Goodfellow, Bengio, Courville 2016, Deep Learning, section 5.2"),
    level=3,
)  # fmt: skip

AFTER = 4  # epochs after the minimum, at least
RISE = 1.25  # last validation losses over the smallest one
APART = 2.0  # last validation loss over the training loss, at least


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    losses, trained = history.validation_loss, history.loss
    if len(losses) != len(trained) or len(losses) < AFTER + 2 or history.broke or (facts.chance and min(losses) > facts.chance):
        return None
    best = min(range(len(losses)), key=losses.__getitem__)
    late = sum(losses[-2:]) / 2
    if len(losses) - 1 - best < AFTER or losses[best] <= 0 or late < RISE * losses[best] or trained[-1] > 0.7 * trained[best]:
        return None
    if late < APART * trained[-1]:
        return None
    return Evidence(
        0.72,
        say(
            "Validation loss was smallest in epoch {epoch} ({least}) and has risen to {now}, while training loss fell to {trained}.",
            epoch=best + 1, least=f"{losses[best]:.3g}", now=f"{late:.3g}", trained=f"{trained[-1]:.3g}",
        ),
        "validation", epoch=best + 1,
    )  # fmt: skip
