"""The first loss against ln C."""

from clsf.faults.probes.probe import Answer, Lines, Probe, Seen, number
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    first, chance = seen.history.losses[:1], seen.facts.chance
    if not first or chance is None:
        return None
    return Answer(
        say("Loss of the first batch: {first}. ln C: {chance}.", first=number(first[0], 4), chance=number(chance, 4)),
        Lines(
            ((say("loss"), tuple(seen.history.losses[:30])),), (say("ln {classes}", classes=seen.facts.classes), chance), say("loss")
        ),
    )  # fmt: skip


PROBE = Probe(
    say("First loss"), say("Compare the loss of the first batch with ln C, the loss of a model that knows nothing."), answer
)
