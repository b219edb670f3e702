"""The points of the fairness check about how learning is controlled: regularisation, schedule, augmentation, stopping."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clsf.compare.contender import Contender, Level, on_purpose
from clsf.optimizers import OPTIMIZERS, PLAINEST
from clsf.plan_parts import Schedule
from clsf.runs.happened import Changes
from clsf.schedule_kinds import SCHEDULE_KINDS
from clsf.words import Sentence, say

Said = Iterator[tuple[Level, Sentence]]


def regularisation(one: Contender, two: Contender) -> Said:
    """Compare L1 and weight decay. (L2 is covered with the optimizer, where its style can differ on purpose.)"""
    a, b = one.plan, two.plan
    if a.l1 != b.l1:
        yield "red", say("The penalty on sizes of weights (L1) differs: {one} and {two}.", one=f"{a.l1:g}", two=f"{b.l1:g}")
    decays = [_decay(c) for c in (one, two)]
    if a.weight_decay == b.weight_decay == 0 and a.optimizer == b.optimizer and decays[0] != decays[1]:
        yield "amber", say(
            "No weight decay was chosen, and the default of {optimizer} is {one} in one and {two} in the other.",
            optimizer=a.optimizer, one=f"{decays[0]:g}", two=f"{decays[1]:g}",
        )  # fmt: skip
    elif decays[0] != decays[1]:
        yield (
            "red",
            say("Decoupled weight decay differs: {one} and {two}.", one=f"{decays[0]:g}", two=f"{decays[1]:g}"),
        )
    elif a.weight_decay and torch_rule(one) != torch_rule(two) and not _one_decay(a.optimizer):
        # With plain SGD both subtract learning rate times decay times weight from the weight.
        yield "amber", say(
            "Weight decay of {value} is not the same in each framework's own rule: Keras takes it from the weights, PyTorch adds it to "
            "the gradient, which the optimizer then scales.",
            value=f"{a.weight_decay:g}",
        )  # fmt: skip
    elif a.l1 == b.l1:
        yield "green", say("Both keep the weights small in the same way, or not at all.")


def _decay(contender: Contender) -> float:
    """Return the decoupled decay in force: the chosen one, or the optimizer's default."""
    plan = contender.plan
    return plan.weight_decay or (OPTIMIZERS[plan.optimizer].torch_decay if torch_rule(contender) else plan.decay)


def _one_decay(optimizer: str) -> bool:
    """Whether both frameworks' classes decay alike: AdamW by definition, plain SGD because coupled decay equals decoupled there."""
    return optimizer == PLAINEST or OPTIMIZERS[optimizer].decoupled


def updates(one: Contender, two: Contender) -> Said:
    """Compare what happens between gradients and new weights: clipping, accumulation, averaging."""
    a, b = one.plan, two.plan
    said = False
    parts = (
        (say("gradient clipping"), a.clipping, b.clipping), (say("batches per update"), a.accumulate, b.accumulate),
        (say("moving average of the weights"), a.average, b.average), (say("class weights"), a.balanced, b.balanced),
    )  # fmt: skip
    for what, mine, theirs in parts:
        if mine != theirs:
            said = True
            yield "red", say("What happens between gradients and new weights differs: {what}.", what=what)
    for sentence in on_purpose(one, two, ("clip-norm", "class-weight-mean")):
        said = True
        yield "amber", sentence
    taught = [c for c in (one, two) if c.variant == "fit"]
    if a.accumulate > 1 and taught and OPTIMIZERS[a.optimizer].counts_steps:
        said = True
        yield "amber", say(
            "{who}: model.fit counts every batch as a step of {optimizer}, and not every update, so gathering batches is not the same there.",
            who=taught[0].name, optimizer=a.optimizer,
        )  # fmt: skip
    if not said:
        yield "green", say("Both do the same between gradients and new weights.")


def schedule(one: Contender, two: Contender) -> Said:
    """Compare the learning rate over the steps, as planned and as it was."""
    a, b = one.plan, two.plan
    by_hand = one.was.changed or two.was.changed
    if one.was.changed != two.was.changed:
        for contender in (one, two):
            if contender.was.changed:
                yield "red", say(
                    "{who}: the learning rate was changed by hand while it trained (step: rate; {changes}). The other run's was not, or not like "
                    "that, so they do not learn by the same rule.",
                    who=contender.name, changes=_listed(contender.was.changed),
                )  # fmt: skip
    elif by_hand:
        yield (
            "green",
            say(
                "The learning rate was changed by hand in both, at the same steps (step: rate; {changes}).",
                changes=_listed(one.was.changed),
            ),
        )
    if (_shape(a.schedule), a.plateau) != (_shape(b.schedule), b.plateau):
        yield "red", say("The learning rate changes in another way in each, so they do not learn by the same rule.")
    elif not (by_hand and one.was.changed != two.was.changed):
        yield from _rates(one, two)


def _rates(one: Contender, two: Contender) -> Said:
    """Compare learning rates that were planned to be the same."""
    a, b = one.plan, two.plan
    parted = _parting(one, two)
    if one.was.reduced != two.was.reduced:
        yield "amber", say(
            "The learning rate was reduced by the same rule, but at other steps: {one} ({a}) and {two} ({b}).",
            a=one.name, b=two.name, one=_listed(one.was.reduced) or say("never"), two=_listed(two.was.reduced) or say("never"),
        )  # fmt: skip
    elif parted is not None and a.learning_rate == b.learning_rate:
        yield "red", say(
            "At step {step} the learning rate was {one} in one run and {two} in the other.",
            step=parted + 1, one=f"{one.rates[parted]:g}", two=f"{two.rates[parted]:g}",
        )  # fmt: skip
    elif not (one.rate_varies or two.rate_varies):
        yield "green", say("Both keep the learning rate as it is.")
    elif OPTIMIZERS[a.optimizer].remembers_rate and torch_rule(one) != torch_rule(two):
        yield "amber", say(
            "The learning rate changes in the same way, but the frameworks' own rules of {optimizer} use it differently: "
            "Keras multiplies each past gradient by the rate of its own step, PyTorch by the current rate.",
            optimizer=a.optimizer,
        )  # fmt: skip
    elif SCHEDULE_KINDS[a.schedule.kind].whole_run and a.epochs != b.epochs and parted is None:
        yield (
            "red",
            say(
                "The schedule ends with the last epoch, and one trains longer than the other: the learning rates are not the same."
            ),
        )
    elif a.schedule.varies or a.plateau is not None:
        yield "green", say("Both change the learning rate in the same way; its values are computed once.")


def _shape(schedule: Schedule) -> tuple:
    """Return the settings that a schedule depends on: those that its kind does not use are left out."""
    return schedule.kind, schedule.warmup_epochs, *(getattr(schedule, name) for name in SCHEDULE_KINDS[schedule.kind].depends)


def _parting(one: Contender, two: Contender) -> int | None:
    """Return the first step, 0-based, that the two took with different learning rates; None if there is none."""
    count = min(len(one.rates), len(two.rates))
    apart = ~np.isclose(np.asarray(one.rates[:count], float), np.asarray(two.rates[:count], float), rtol=1e-9, atol=0)
    return int(apart.argmax()) if apart.any() else None


def _listed(changes: Changes) -> str:
    """Return changes as (step, learning rate) pairs, in the same form in every language."""
    return ", ".join(f"{step}: {rate:g}" for step, rate in changes)


def hands(one: Contender, two: Contender) -> Said:
    """Compare what was done by hand to the runs while they trained, apart from the learning rate."""
    said = False
    for contender in (one, two):
        was = contender.was
        parts = [
            part
            for count, part in (
                (was.pauses, say("pauses: {count}", count=was.pauses)),
                (was.by_hand, say("steps taken by hand: {count}", count=was.by_hand)),
                (was.looks, say("steps looked at in detail: {count}", count=was.looks)),
            )
            if count
        ]
        for part in parts:
            said = True
            yield "amber", say("{who} was disturbed while it trained ({what}): its times can't be compared.", who=contender.name, what=part)  # fmt: skip
    if not said and one.started and two.started:
        yield "green", say("Neither was paused, taken step by step, or looked at in detail.")


def augmentation(one: Contender, two: Contender) -> Said:
    """Compare how training images are augmented."""
    a, b = one.plan, two.plan
    if a.augmentation != b.augmentation:
        yield "red", say("Training images are varied in another way in each: they do not see the same images.")
    elif not a.augmentation.any:
        yield "green", say("Neither varies its training images.")
    elif a.seed != b.seed:
        yield (
            "amber",
            say("Training images are varied in the same way, but with other random numbers, because the seeds differ."),
        )
    else:
        yield "green", say("Both see the same variations of the same images: they are drawn in NumPy.")


def stopping(one: Contender, two: Contender) -> Said:
    """Compare early stopping, and which weights are evaluated."""
    a, b = one.plan.stopping, two.plan.stopping
    rules = [(s.patience, s.restore_best, s.monitor, s.min_delta) if s.patience or s.restore_best else None for s in (a, b)]
    if rules[0] != rules[1]:
        yield "red", say("They stop, or choose the epoch whose weights count, by other rules.")
    elif a.restore_best:
        yield "green", say("Both are judged by their best epoch, chosen by the validation images.")
    elif a.patience is not None:
        yield "green", say("Both stop by the same rule; one may stop before the other.")
    else:
        yield "green", say("Neither stops early; both are judged by their last epoch.")


def torch_rule(contender: Contender) -> bool:
    """Return whether PyTorch's own rule is followed; the aligned rule is Keras' own."""
    return contender.framework == "torch" and contender.plan.native_optimizer


STEERING = {
    "regularisation": regularisation,
    "updates": updates,
    "schedule": schedule,
    "hands": hands,
    "augmentation": augmentation,
    "stopping": stopping,
}
