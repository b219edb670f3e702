"""Whether the loss's graph is kept."""

from clsf.faults.probes.probe import Answer, Probe, Seen
from clsf.words import Sentence, say


def answer(seen: Seen) -> Answer | None:
    facts = seen.facts
    if facts.keeps_graph is None and facts.gradients_in_evaluation is None:
        return None
    return Answer(
        say(
            "The sum of losses holds a graph: {graph}. Evaluation records gradients: {records}.",
            graph=_yes(facts.keeps_graph), records=_yes(facts.gradients_in_evaluation),
        )
    )  # fmt: skip


def _yes(value: bool | None) -> Sentence:
    return say("–") if value is None else say("yes") if value else say("no")


PROBE = Probe(say("Memory"), say("Watch memory from epoch to epoch, and whether sums hold a graph."), answer)
