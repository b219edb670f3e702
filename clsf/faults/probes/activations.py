"""The non-linear functions of the model."""

from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    names = seen.facts.activations
    return None if names is None else Answer(say("Hidden layers: {names}.", names=", ".join(names or ("–",))))


PROBE = Probe(say("Activations"), say("List the non-linear functions that the model calls."), answer)
