"""The exception."""

from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    return Answer(say("It stops with {error}", error=seen.history.error[:300])) if seen.history.error else None


PROBE = Probe(say("Traceback"), say("Read the last line of the traceback, and the line of the program that it names."), answer)
