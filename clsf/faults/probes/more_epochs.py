"""The same training with more epochs."""

from clsf.faults.probes.compared import beside
from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.plan import Plan
from clsf.words import say


def run(plan: Plan) -> Plan:
    """Return the plan of the other run."""
    return plan.but(epochs=min(plan.epochs * 5, 1000))


def answer(seen: Seen) -> Answer | None:
    return beside(seen, say("more epochs"))


PROBE = Probe(say("More epochs"), say("Train for more epochs."), answer, run, cost=2)
