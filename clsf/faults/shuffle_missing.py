"""Training images aren't shuffled."""

from __future__ import annotations

import ast
import re
from itertools import product

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.faults.signs import sawtooth
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Program, finding, swap
from clsf.reader.rows import loops, trainings
from clsf.words import say

FAULT = Fault(
    kind="shuffle-missing",
    title=say("Training images aren't shuffled"),
    what=say(
        "Images come in file order, or a small shuffle buffer hardly mixes them. In sorted data a batch holds one "
        "class, and each step unlearns the last."
    ),
    symptom=say("The loss is a sawtooth with jumps where the class changes; validation names the last class seen."),
    mend=say("Shuffle all images in each epoch; a shuffle buffer as large as the data set."),
    sources=(
        "NVIDIA/DALI#2688",
        "tensorflow/tensorflow#36626",
    ),
    level=3,
    differences=("shuffling",),
)

_MIXED = re.compile(r"permut|shuffle|randperm|rand|choice|sample")


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.purity is not None and facts.purity > 0.6 and (facts.largest_class or 0.2) < 0.45:
        return Evidence(0.95, say("On average {share} of a batch are of one class.", share=f"{facts.purity:.0%}"), "batches")
    alike = sawtooth(history)
    if facts.purity is None and alike is not None and alike > ALIKE:
        return Evidence(
            0.75, say("The loss repeats the same sawtooth in each epoch: the curves of neighbouring epochs correlate by {share}.", share=f"{alike:.2f}"),
            "batches",
        )  # fmt: skip
    return None


ALIKE = 0.6
"""Correlation of the loss in neighbouring epochs above which the images have the same order in each; shuffled it is near 0."""


def plant(scene: Scene) -> Scene | None:
    changed = scene.edited((SETTLED, 'order = order[np.argsort(y_train[order], kind="stable")]\n' + SETTLED))
    if changed is None:
        return None
    if scene.keras:
        return changed.with_pattern(r"^train_data = train_data\.shuffle.*\n", "")
    return changed.edited(
        ("order = rng.permutation(len(x_train))  # another order in every epoch", "order = np.arange(len(x_train))")
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loader = program.loader
    if program.fit is not None and program.fit.kwargs.get("shuffle") is False and loader is None:
        return [
            finding(
                FAULT,
                program.fit.lines.get("shuffle", program.fit.line),
                "likely",
                swap(program, program.fit.lines.get("shuffle", program.fit.line), r"shuffle\s*=\s*False", "shuffle=True"),
            )
        ]
    if loader is None:
        return _sorted_rows(program)
    mixed = loader.x.source in SETS or loader.x.source.startswith(("torch.", "make_"))  # drawn at random: in no order
    if (
        loader.kind == "torch"
        and (loader.shuffle is None or loader.shuffle is False)
        and loader.x.part in ("train", "")
        and (program.val_loader is None or program.val_loader.line != loader.line)
    ) and any(e.kind == "backward" for e in program.events):
        new = swap(program, loader.line, r"shuffle\s*=\s*False", "shuffle=True") or swap(
            program, loader.line, r"\)\s*$", ", shuffle=True)"
        )
        explicit = loader.shuffle is False
        return [
            finding(
                FAULT,
                loader.line,
                "certain" if loader.x.source == "folder" else "likely" if explicit or not mixed else "smell",
                new,
            )
        ]
    if loader.kind == "keras-generator" and loader.shuffle is False:
        return [finding(FAULT, loader.line, "likely")]
    if (
        loader.kind == "tf"
        and not loader.did("shuffle", "shuffle-batches")
        and loader.shuffle is not True
        and program.fit is not None
    ):
        return [finding(FAULT, loader.line, "smell" if mixed else "likely")]
    return []


def _sorted_rows(program: Program) -> list[Finding]:
    """Return where training rows are sorted by class, and nothing in the loop shuffles them."""
    for place, loop in product(trainings(program.source), loops(program.source)):
        known = next((rows for rows in place.trained if rows.order == "sorted"), None)
        if place.line == loop.lineno and known is not None and not _MIXED.search(ast.unparse(loop)):
            return [finding(FAULT, known.line, "likely")]
    return []
