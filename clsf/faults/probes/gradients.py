"""Gradient norms, from layer to layer and from step to step."""

from clsf.faults.probes.probe import Answer, Bars, Lines, Probe, Seen, number
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    norms, rows = seen.history.gradient_norms, seen.measures.gradients
    if not norms and not rows:
        return None
    said = say(
        "Gradient norm of the first step {first}, of the last {last}. First layer over last: {ratio}.",
        first=number(norms[0] if norms else None), last=number(norms[-1] if norms else None),
        ratio=number(seen.facts.first_to_last_gradient, 2),
    )  # fmt: skip
    if rows:
        groups = (
            (say("first step"), tuple(first for _, first, _ in rows)),
            (say("last step"), tuple(last for _, _, last in rows)),
        )
        return Answer(said, Bars(tuple(name for name, _, _ in rows), groups, say("gradient norm"), log=True))
    return Answer(said, Lines(((say("gradient norm"), norms),), None, say("gradient norm")))


PROBE = Probe(say("Gradients"), say("Compare gradient norms layer by layer, and from step to step."), answer)
