"""Whether the model can memorise a single batch."""

from clsf.faults.probes.probe import Answer, Lines, Probe, Seen, share
from clsf.plan import Plan
from clsf.words import say

EPOCHS = 60
LEARNED = 0.95  # accuracy of the last steps


def run(plan: Plan) -> Plan:
    """Return the plan that trains on one batch, again and again."""
    return plan.but(train_limit=plan.batch_size, epochs=EPOCHS)


def answer(seen: Seen) -> Answer | None:
    again = seen.again
    if again is None:
        return None
    if again.error:
        return Answer(say("It stops: {error}", error=again.error[:300]))
    accuracies = again.accuracies or again.accuracy
    if not accuracies:
        return None
    late = accuracies[-max(len(accuracies) // 10, 1) :]
    reached = sum(late) / len(late)
    learned = (
        say("It can: accuracy on the one batch gets to {share}. Steps: {steps}.", steps=len(accuracies), share=share(reached))
        if reached >= LEARNED
        else say("It can't: accuracy on the one batch only gets to {share}. Steps: {steps}.", steps=len(accuracies), share=share(reached))
    )  # fmt: skip
    level = None if seen.facts.chance is None else (say("ln {classes}", classes=seen.facts.classes), seen.facts.chance)
    return Answer(learned, Lines(((say("loss"), again.losses or again.loss),), level, say("loss")))


PROBE = Probe(
    say("One batch"), say("Train on a single batch, again and again: a program without a fault memorises it."), answer, run
)
