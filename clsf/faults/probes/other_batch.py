"""The same training with batches of 32."""

from clsf.faults.probes.compared import beside
from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.plan import Plan
from clsf.words import say


def run(plan: Plan) -> Plan:
    """Return the plan of the other run."""
    return plan.but(batch_size=32)


def answer(seen: Seen) -> Answer | None:
    return beside(seen, say("batches of 32"))


PROBE = Probe(say("Other batch size"), say("Train with batches of 32."), answer, run, cost=2)
