"""Accuracy computed by hand."""

from clsf.faults.probes.probe import Answer, Bars, Probe, Seen, share
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    by_hand, told = seen.facts.true_accuracy, seen.history.validation_accuracy
    if by_hand is None:
        return None
    said = say(
        "Validation accuracy by hand: {by_hand}; the program said {said}.",
        by_hand=share(by_hand),
        said=share(told[-1] if told else None),
    )
    bars = (
        Bars((say("by hand"), say("as reported")), ((say("validation accuracy"), (by_hand, told[-1])),), say("accuracy"))
        if told
        else None
    )
    return Answer(said, bars)


PROBE = Probe(
    say("By hand"), say("Compute loss and accuracy of all images by hand, and compare with what is reported."), answer
)
