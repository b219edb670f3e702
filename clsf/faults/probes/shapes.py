"""Shapes and types of the first batch."""

from clsf.faults.probes.probe import Answer, Probe, ProbeTable, Seen
from clsf.words import say


def answer(seen: Seen) -> Answer | None:
    rows = seen.measures.shapes
    if not rows:
        return None
    names = {
        "images": say("images, as the model receives them"),
        "outputs": say("outputs"),
        "labels": say("labels, as the loss gets them"),
    }
    return Answer(
        say("The first batch, from the images to the loss."),
        ProbeTable(
            (say("What"), say("Shape"), say("Type")),
            tuple((names.get(what, what), shape, kind) for what, shape, kind in rows),
        ),
    )  # fmt: skip


PROBE = Probe(say("Shapes"), say("Print shape and type of the images, the outputs and the labels of the first batch."), answer)
