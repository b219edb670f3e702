"""A last batch of one image."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.model.layers import made
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.extent import batch_line, batch_size
from clsf.reader.looks import Made, Program, finding, has
from clsf.words import say

FAULT = Fault(
    kind="last-batch-of-one",
    title=say("A last batch of one image"),
    what=say("Batch normalisation over a single vector has no variance. PyTorch refuses; Keras returns the shift alone."),
    symptom=say('PyTorch stops at the end of the first epoch: "Expected more than 1 value per channel when training".'),
    mend=say("Drop the last batch (drop_last=True), or choose another batch size."),
    sources=(
        "fastai/fastai#1352",
        "torch/nn/functional.py: batch_norm",
    ),
    level=1,
    not_in={"tensorflow": say("Keras computes a variance of 0 and goes on without a message.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if "Expected more than 1 value per channel" in history.error:
        return Evidence(0.97, say("Batch normalisation was given one value per channel."), "batches")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    normed = scene.layered(
        lambda layers: [*layers[:-1], made("Batchwise", momentum=0.9), layers[-1]]
    )  # of a vector, not of maps
    return normed.edited(
        (SETTLED, SETTLED + "whole = len(x_train) // BATCH_SIZE * BATCH_SIZE\nx_train, y_train = x_train[: whole + 1 - BATCH_SIZE], y_train[: whole + 1 - BATCH_SIZE]\n"),
        ("        if len(batch) == 1:  # batch normalisation refuses to normalise a single image\n            continue\n", ""),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it. It depends on the number of images, known only for standard data sets used unchanged."""
    batch, x = batch_size(program), program.x
    if not program.torch or not has(program, "Batchwise") or not isinstance(batch, int) or batch < 2 or x is None:
        return []
    known = SETS.get(x.source)
    count = known[2] if known and x.part == "train" else None
    drop = program.loader is not None and "drop_last" in program.line(program.loader.line)
    if (
        count is not None
        and count % batch == 1
        and not drop
        and not (program.loader is not None and isinstance(program.loader.made, Made) and program.loader.made.path == "subset")
    ):
        return [finding(FAULT, batch_line(program), "likely")]
    return []
