"""The optimizer's settings and the learning rate of each step."""

from clsf.faults.probes.probe import Answer, Lines, Probe, Seen, number
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    facts, rates = seen.facts, seen.history.learning_rates
    if facts.optimizer is None and not rates:
        return None
    first, last = (rates[0], rates[-1]) if rates else (facts.learning_rate, None)
    said = say(
        "{optimizer}: learning rate {first} at first, {last} at the end; momentum {momentum}, epsilon {epsilon}, weight decay {decay}.",
        optimizer=facts.optimizer or "–", first=number(first), last=number(last), momentum=number(facts.momentum),
        epsilon=number(facts.epsilon), decay=number(facts.weight_decay),
    )  # fmt: skip
    return Answer(said, Lines(((say("learning rate"), rates),), None, say("learning rate")) if rates else None)


PROBE = Probe(say("Learning rate"), say("Print the optimizer's settings and the learning rate of each step."), answer)
