"""Which weights change."""

from clsf.faults.probes.probe import Answer, Probe, Seen, share
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    facts = seen.facts
    if facts.idle is None:
        return None
    zero = say("–") if facts.zero_start is None else say("yes") if facts.zero_start else say("no")
    return Answer(
        say(
            "Share of the kernels' numbers that never changed: {idle}. Layers without a gradient: {unused}. Some kernel begins constant: {zero}.",
            idle=share(facts.idle), unused="–" if facts.unused is None else facts.unused, zero=zero,
        )
    )  # fmt: skip


PROBE = Probe(say("Weights"), say("Compare the weights of each layer before and after some steps."), answer)
