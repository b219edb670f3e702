"""Seed set after the model was built."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, events, finding
from clsf.words import say

FAULT = Fault(
    kind="seed-after-build",
    title=say("Seed set after the model was built"),
    what=say("Initial weights are drawn when layers are built. A seed set later does not affect them."),
    symptom=say("Two runs with the same seed differ."),
    mend=say("Set the seed in the first lines."),
    sources=(
        "maxzvyagin/cross_framework_hpo",
        "keras-team/keras#2743",
    ),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    seeds = [e.line for e in events(program, "seed")]
    if seeds and program.net is not None and min(seeds) > program.net.line and program.net.kind != "instance":
        return [finding(FAULT, min(seeds), "smell")]
    return []
