"""How often each label occurs."""

from clsf.faults.probes.probe import Answer, Bars, Probe, Seen, share, span
from clsf.words import say

MOST = 30  # bars of each kind


def answer(seen: Seen) -> Answer | None:
    facts, measures = seen.facts, seen.measures
    if facts.labels is None and not measures.train_labels:
        return None
    said = say(
        "Labels {range}; largest class {largest} of training; validation images of classes that training lacks: {unseen}.",
        range=span(facts.labels), largest=share(facts.largest_class), unseen=share(facts.unseen_labels),
    )  # fmt: skip
    train, held = dict(measures.train_labels), dict(measures.validation_labels)
    names = sorted({*train, *held})[:MOST]
    groups = [(say("training"), tuple(float(train.get(name, 0)) for name in names))]
    if held:
        groups.append((say("validation"), tuple(float(held.get(name, 0)) for name in names)))
    return Answer(said, Bars(tuple(map(str, names)), tuple(groups), say("images")) if names else None)


PROBE = Probe(say("Labels"), say("Count the labels of training and validation, and look at images with their labels."), answer)
