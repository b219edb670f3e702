"""Mean of batch means."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import steps_per_epoch
from clsf.reader.looks import Program
from clsf.words import say

FAULT = Fault(
    kind="mean-of-means",
    title=say("Mean of batch means"),
    what=say("The mean over batches of each batch's mean gives a last, smaller batch the same weight as a full one."),
    symptom=say("Reported loss and accuracy are off by a little, most with few batches and a small last one."),
    mend=say("Sum over images and divide by their number."),
    sources=("CrossedWires, arXiv:2108.12768",),
    level=4,
    not_in={"tensorflow": say("fit and evaluate weigh each batch by its number of images.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    each, images, batch = steps_per_epoch(history), facts.train_images, facts.batch_size
    if not each or not images or not batch or images % batch == 0 or each != -(-images // batch) or not history.loss:
        return None
    sizes = [batch] * (each - 1) + [images % batch]
    apart = 0
    for number, told in enumerate(history.loss):
        part = history.losses[number * each : (number + 1) * each]
        right = sum(s * v for s, v in zip(sizes, part, strict=True)) / images
        apart += abs(told - sum(part) / each) < 2e-4 < abs(told - right)
    if apart >= 0.5 * len(history.loss):
        return Evidence(
            0.9,
            say(
                "The reported loss is the mean of the batches' means; the size of the last batch is {count}.",
                count=sizes[-1],
            ),
            "metric",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return None
    return scene.edited(
        ("total += loss.item() * len(labels)", "total += loss.item()"),
        ("loss {total / seen:.4f}", "loss {total / (len(order) // BATCH_SIZE + 1):.4f}"),
    )


def in_code(program: Program) -> list[Finding]:
    """Return nothing: the error depends on the number of images, which is rarely in the code."""
    return []
