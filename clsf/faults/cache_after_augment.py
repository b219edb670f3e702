"""Cache after augmentation."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="cache-after-augment",
    title=say("Cache after augmentation"),
    what=say(
        "cache() keeps what the first epoch gave. Augmentation before it is drawn once, so each epoch sees the same versions."
    ),
    symptom=say("Overfits as without augmentation."),
    mend=say("Cache first, then augment."),
    sources=("tensorflow/tensorflow#47755",),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loader = program.loader
    if loader is None:
        return []
    order = [what for what, _ in loader.steps]
    if "augment" in order and "cache" in order[order.index("augment") :]:
        return [finding(FAULT, [line for what, line in loader.steps if what == "cache"][-1], "likely")]
    return []
