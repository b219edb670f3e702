"""The same training with ten times the learning rate."""

from clsf.faults.probes.compared import beside
from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.plan import Plan
from clsf.words import say


def run(plan: Plan) -> Plan:
    """Return the plan of the other run."""
    return plan.but(learning_rate=plan.learning_rate * 10)


def answer(seen: Seen) -> Answer | None:
    return beside(seen, say("ten times the learning rate"))


PROBE = Probe(say("Higher rate"), say("Train with ten times the learning rate."), answer, run, cost=2)
