"""What a batch consists of."""

from clsf.faults.probes.probe import Answer, Probe, Seen, share
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    facts = seen.facts
    if facts.batch_size is None and facts.purity is None:
        return None
    return Answer(
        say(
            "Batch size {size}; mean share of the most frequent class in a batch: {purity}.",
            size=facts.batch_size or "–", purity=share(facts.purity),
        )
    )  # fmt: skip


PROBE = Probe(say("Batches"), say("Count the classes in a few batches, and the images in the last one."), answer)
