"""Images on both sides of the split."""

from clsf.faults.probes.probe import Answer, Probe, Seen, share
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    facts = seen.facts
    if facts.shared_images is None and facts.trained_before is None:
        return None
    return Answer(
        say(
            "Validation images that are training images too: {both}; trained on before: {before}.",
            both=share(facts.shared_images), before=share(facts.trained_before),
        )
    )  # fmt: skip


PROBE = Probe(say("Duplicates"), say("Count the validation images that were trained on."), answer)
