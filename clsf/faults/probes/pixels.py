"""Which numbers the model receives."""

from itertools import pairwise

from clsf.faults.measures import Histogram
from clsf.faults.probes.probe import Answer, Bars, Probe, Seen, span
from clsf.words import Sentence, say


def answer(seen: Seen) -> Answer | None:
    facts, measures = seen.facts, seen.measures
    if facts.inputs is None:
        return None
    varies = say("–") if facts.judging_varies is None else say("yes") if facts.judging_varies else say("no")
    said = say(
        "The model receives {train} in training, {validation} in validation. Validated twice, the images differ: {varies}.",
        train=span(facts.inputs), validation=span(facts.validation_inputs), varies=varies,
    )  # fmt: skip
    kept = [
        (name, h)
        for name, h in ((say("training"), measures.train_pixels), (say("validation"), measures.validation_pixels))
        if h
    ]
    return Answer(said, _bars(kept) if kept else None)


def _bars(kept: list[tuple[Sentence, Histogram]]) -> Bars:
    """Return shares of the pixels; all histograms have the same edges."""
    edges = kept[0][1].edges
    names = tuple(f"{(low + high) / 2:.3g}" for low, high in pairwise(edges))
    return Bars(
        names, tuple((name, tuple(c / max(sum(h.counts), 1) for c in h.counts)) for name, h in kept), say("share of pixels")
    )


PROBE = Probe(
    say("Pixels"), say("Print the smallest and largest number that the model receives, in training and in validation."), answer
)
