"""Wrong number of outputs."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import classes, other_last
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="wrong-last-units",
    title=say("Wrong number of outputs"),
    what=say(
        "The last layer must have one output per class. With too few, some labels have no output; with too many, "
        "some outputs have no label."
    ),
    symptom=say(
        "With too few: an index error or a loss of nan. With too many it trains, and the first loss is ln of the larger number."
    ),
    mend=say("Give the last layer one unit per class."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(r"Target \d+ is out of bounds|outside the valid range", history.error):
        return Evidence(0.9 if facts.labels is None or facts.labels[0] == 0 else 0.5, say("A label has no output."), "labels")
    if facts.output_units and facts.classes and facts.output_units > facts.classes and facts.classes > 1:
        return Evidence(
            0.9,
            say(
                "Number of outputs: {outputs}. Number of classes: {classes}.", outputs=facts.output_units, classes=facts.classes
            ),
            "labels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    units = classes(scene)
    if scene.keras:
        return other_last(scene, f"{units - 1}")
    return scene.with_pattern(rf", {units}\)\n\n    def forward", f", {units - 1})\n\n    def forward")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss, classes = ending(program), program.loss, program.classes
    if (
        end is None
        or end.units is None
        or classes is None
        or loss is None
        or loss.kind not in ("sparse", "categorical", "binary", "cross-entropy", "nll", "mse")
    ):
        return []
    y = program.y
    trusted = y is not None and (y.source in SETS or y.one_hot or y.values is not None)
    of = None if y is None else next((x[1] for x in y.extra if len(x) == 2 and x[0] == "of"), None)
    if y is not None and of is not None and of != classes and y.one_hot:
        return [finding(FAULT, end.units_line, "certain" if classes < of else "likely")] if classes < of else []
    if not trusted or end.units == classes or (classes == 2 and end.units == 1):
        return []
    new = swap(program, end.op.line, rf"\b{end.units}\b(?!.*\b{end.units}\b)", str(classes))
    if end.units == 1:
        return [finding(FAULT, end.units_line, "likely" if loss.kind == "mse" else "certain", new)]
    if end.units < classes or (y.one_hot and loss.kind == "categorical"):
        return [finding(FAULT, end.units_line, "certain", new)]
    return [finding(FAULT, end.units_line, "likely" if classes > 2 else "smell", new)]
