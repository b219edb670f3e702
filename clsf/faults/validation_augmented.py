"""Validation images are augmented."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Made, Program, finding
from clsf.words import say

FAULT = Fault(
    kind="validation-augmented",
    title=say("Validation images are augmented"),
    what=say(
        "Random flips, shifts or rotations are for training. Augmented validation images are harder, and other "
        "images in each epoch."
    ),
    symptom=say("Validation is lower than it should be and noisy."),
    mend=say("Augment the training images only."),
    sources=(
        "keras-team/keras#10458",
        "tensorflow/tensorflow#44587",
    ),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.judging_varies and not facts.evaluation_varies:
        return Evidence(
            0.93, say("The model answers the same each time, but the validation images differ each time."), "pixels"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            ("val_data = val_data.map(lambda x, y: (prepare(x), y))",
             "turn = layers.RandomRotation(0.2)\nval_data = val_data.map(lambda x, y: (turn(prepare(x), training=True), y))"),
        )  # fmt: skip
    return scene.edited(
        ("outputs = model(prepare(images[first : first + 256]))",
         "turned = np.rot90(images[first : first + 256], rng.integers(4), axes=(1, 2)).copy()\n        outputs = model(prepare(turned))"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    loader = program.val_loader
    if loader is None:
        return []
    names = (
        "RandomHorizontalFlip",
        "RandomRotation",
        "RandomCrop",
        "RandomResizedCrop",
        "RandomVerticalFlip",
        "ColorJitter",
        "RandomAffine",
        "RandomErasing",
    )
    line = loader.x.did(*names)
    if (
        program.torch
        and line
        and loader.x.part in ("test", "validation")
        and not (isinstance(loader.made, Made) and loader.made.path == "subset")
    ):
        return [finding(FAULT, line, "likely")]
    if program.torch and line and loader.x.part == "validation":
        return [finding(FAULT, line, "smell")]
    if program.keras and loader.did("augment") and loader.kind == "keras-generator" and program.loader is not None:
        same = loader.made is program.loader.made
        return [finding(FAULT, loader.line, "smell" if loader.x.part == "validation" else "likely")] if same else []
    if program.keras and loader.did("augment") and loader.kind == "tf":
        return [finding(FAULT, loader.did("augment"), "likely")]
    return []
