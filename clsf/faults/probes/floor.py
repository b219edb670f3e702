"""The lowest loss against the floor of a second softmax."""

import math

from clsf.faults.probes.probe import Answer, Lines, Probe, Seen, number
from clsf.faults.signs import double_softmax_floor
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    losses = tuple(v for v in (seen.history.losses or seen.history.loss) if math.isfinite(v))
    if not losses or not seen.facts.classes:
        return None
    floor = double_softmax_floor(seen.facts.classes)
    return Answer(
        say("Lowest loss: {lowest}. A second softmax would keep it above {floor}.", lowest=number(min(losses), 4), floor=number(floor, 4)),
        Lines(((say("loss"), losses),), (say("ln(1 + (C - 1)/e)"), floor), say("loss")),
    )  # fmt: skip


PROBE = Probe(
    say("Lowest loss"),
    say("Compare the lowest loss with ln(1 + (C - 1)/e), below which a second softmax doesn't let it."),
    answer,
)
