"""Softmax over one unit."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import LOSS, SETTLED, classes, other_last, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, sigmoid_for_softmax
from clsf.words import say

FAULT = Fault(
    kind="softmax-one-unit",
    title=say("Softmax over one unit"),
    what=say("Softmax makes the outputs sum to 1. With a single unit the output is always 1, whatever the input."),
    symptom=say("Loss and accuracy never change: accuracy is the share of class 1."),
    mend=say("Use sigmoid for one unit, or two units with softmax."),
    sources=(
        "keras-team/keras#500",
        "keras-team/keras#126",
    ),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.output_units == 1 and facts.outputs == "softmax":
        return Evidence(1.0, say("The model has one output, and it is 1 for every image."), "outputs")
    if (
        facts.outputs is None
        and len(history.loss) > 2
        and max(history.accuracy, default=0) - min(history.accuracy, default=1) == 0
    ):
        return Evidence(0.5, say("Accuracy is the same in every epoch, to the last digit."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    one = scene.edited((SETTLED, SETTLED + "y_train, y_val, y_test = y_train % 2, y_val % 2, y_test % 2  # even or odd\n"))
    if one is None:
        return None
    units = classes(scene)
    if scene.keras:
        one = other_last(one, '1, activation="softmax"')
        return one and one.edited(
            (LOSS[scene.framework], "loss_fn = keras.losses.BinaryCrossentropy()"),
            ("SparseCategoricalAccuracy", "BinaryAccuracy"),
        )
    one = one.with_pattern(rf", {units}\)\n\n    def forward", ", 1)\n\n    def forward")
    one = one and returning(one, "F.softmax(x, dim=1)")
    return one and one.edited(
        (LOSS[scene.framework],
         "def loss_fn(outputs, labels):\n    return F.binary_cross_entropy(outputs, labels.float().unsqueeze(1))\n"),
        ("outputs.argmax(dim=1) == labels", "(outputs[:, 0] > 0.5) == labels"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end = ending(program)
    if end is None or end.units != 1 or end.activation not in ("softmax", "log_softmax"):
        return []
    return [finding(FAULT, end.activation_line, "certain", sigmoid_for_softmax(program, end.activation_line))]
