"""Numbers of images that weren't trained on."""

from clsf.faults.probes.probe import Answer, Probe, Seen, share
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    if seen.facts.validated is None:
        return None
    if not seen.facts.validated:
        by_hand = seen.facts.true_accuracy
        return Answer(
            say("The program reports no number about them. By hand, accuracy on them is {share}.", share=share(by_hand))
        )
    told = seen.history.validation_accuracy
    return Answer(
        say("The program reports it: at the end accuracy on them is {share}.", share=share(told[-1] if told else None))
    )


PROBE = Probe(say("Validation"), say("Evaluate on images that weren't trained on."), answer)
