"""Batch normalisation with tiny batches."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.reader.extent import batch_line, batch_size
from clsf.reader.looks import Program, finding, has
from clsf.words import say

FAULT = Fault(
    kind="bn-small-batch",
    title=say("Batch normalisation with tiny batches"),
    what=say("Mean and variance of two or four images are noisy, so each image is normalised by noisy numbers."),
    symptom=say("Training is noisy, and validation is worse than training or jumps from epoch to epoch."),
    mend=say("Use batches of 16 or more, or another normalisation."),
    sources=(
        "pytorch/pytorch#4741",
        "Wu and He 2018, arXiv:1803.08494",
    ),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.batch_norms and facts.batch_size and facts.batch_size <= 4:
        return Evidence(
            0.9, say("Batch normalisation takes its statistics from batches of {count}.", count=facts.batch_size), "other-batch"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.planned(batch_size=2, epochs=min(scene.plan.epochs, 3)) if normed(scene) else None


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    batch = batch_size(program)
    if not has(program, "Batchwise") or not isinstance(batch, int) or batch > 4:
        return []
    return [finding(FAULT, batch_line(program), "likely" if batch <= 2 else "smell")]
