"""Binary loss for several classes."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import classes, one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="binary-loss-multiclass",
    title=say("Binary loss for several classes"),
    what=say(
        "binary_crossentropy scores each output as a separate yes-or-no question. With one-hot labels nearly all "
        'answers are no, and Keras\' "accuracy" then counts right answers per output.'
    ),
    symptom=say("Accuracy is high from the first epoch, about 1 - 1/C even when nothing is learned, and the loss is small."),
    mend=say("Use categorical cross-entropy with softmax, and accuracy that fits it."),
    sources=(
        "keras-team/keras#3098",
        "frlim/data2040_final#1",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.loss == "binary" and (facts.output_units or 1) > 2:
        return Evidence(
            0.95,
            say("A loss for two classes is used; the number of outputs is {count}.", count=facts.output_units),
            "first-loss",
        )
    if (facts.loss is None and facts.classes and facts.classes > 2 and history.loss and history.accuracy) and (
        history.loss[0] < 0.5 * facts.chance and abs(history.accuracy[0] - (1 - 1 / facts.classes)) < 0.02
    ):
        return Evidence(
            0.7,
            say("Accuracy begins at {share}, the share of right noes.", share=f"{history.accuracy[0]:.0%}"),
            "first-loss",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.BinaryCrossentropy()", "BinaryAccuracy")
    return other_loss(
        scene,
        "def loss_fn(outputs, labels):\n"
        f"    return F.binary_cross_entropy_with_logits(outputs, F.one_hot(labels, {classes(scene)}).float())\n",
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or loss.kind != "binary" or end.units is None or end.units < 2:
        return []
    one_hot = program.y is not None and bool(program.y.one_hot)
    better = "categorical_crossentropy" if one_hot or program.y is None else "sparse_categorical_crossentropy"
    new = swap(program, loss.line, r"binary_crossentropy", better)
    if program.classes is not None and program.classes > 2 and program.y is not None and program.y.source not in ("", "csv"):
        return [finding(FAULT, loss.line, "certain", new)]
    if end.units > 2 and end.activation == "softmax":
        return [finding(FAULT, loss.line, "likely", new)]
    if end.units == 2 and end.activation == "softmax":
        return [finding(FAULT, loss.line, "smell", new)]
    if end.units > 2 and one_hot:
        return [finding(FAULT, loss.line, "likely", new)]
    return []
