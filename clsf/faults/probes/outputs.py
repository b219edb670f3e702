"""What the outputs look like, and what the loss takes."""

from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    facts = seen.facts
    if not (facts.outputs or facts.output_units or facts.loss_takes):
        return None
    return Answer(
        say(
            "Outputs of the first batch look like: {kind}. Units: {units}. The loss takes: {takes}.",
            kind=facts.outputs or "–", units=facts.output_units or "–", takes=facts.loss_takes or "–",
        )
    )  # fmt: skip


PROBE = Probe(say("Outputs"), say("Print the outputs for one batch: their range, and whether each row sums to 1."), answer)
