"""Squared error for classification."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import classes, one_hot, other_loss
from clsf.faults.scene import Scene
from clsf.faults.signs import first_loss
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="regression-loss-classifier",
    title=say("Squared error for classification"),
    what=say(
        "Mean squared error between outputs and one-hot labels has small gradients: at most 2/C per output, and "
        "less where a softmax or sigmoid is saturated."
    ),
    symptom=say("The loss is far below ln C from the beginning, about (C - 1)/C² for softmax, and falls slowly."),
    mend=say("Use cross-entropy."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.loss == "mse" and (facts.output_units or 2) > 1:
        return Evidence(
            0.95,
            say("The loss is squared error; the number of classes is {count}.", count=facts.output_units or facts.classes or 0),
            "first-loss",
        )
    begin = first_loss(history)
    if (facts.loss is None and facts.classes and begin is not None and history.accuracy and begin > 0) and (
        begin < 1.6 * (facts.classes - 1) / facts.classes**2 and history.accuracy[0] < 0.5
    ):
        return Evidence(
            0.75,
            say(
                "The loss begins at {loss}, far below ln {classes}, while accuracy is low.",
                loss=f"{begin:.3f}",
                classes=facts.classes,
            ),
            "first-loss",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return one_hot(scene, "keras.losses.MeanSquaredError()")
    return other_loss(
        scene,
        "def loss_fn(outputs, labels):\n"
        f"    return F.mse_loss(outputs.softmax(dim=1), F.one_hot(labels, {classes(scene)}).float())\n",
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or loss.kind not in ("mse", "mae", "poisson"):
        return []
    classes = program.classes
    y = program.y
    known = (
        classes is not None
        and classes <= 1000
        and y is not None
        and (y.one_hot or y.source in _SETS or y.values is not None or y.did("compare", "modulo", "labels"))
    )
    accuracy = program.compile is not None and any(
        isinstance(m, str) and m.startswith("acc") for m in _listed(program.compile.get("metrics"))
    )
    better = (
        (
            "binary_crossentropy"
            if end.units == 1
            else "categorical_crossentropy"
            if y is not None and y.one_hot
            else "sparse_categorical_crossentropy"
        )
        if program.keras
        else ""
    )
    new = (
        swap(program, loss.line, r"(?<=[\"\'])(mse|mean_squared_error|mae|mean_absolute_error|MSE)(?=[\"\'])", better)
        if program.keras
        else swap(program, loss.line, r"MSELoss|L1Loss", "CrossEntropyLoss")
        if end.units and end.units > 1
        else swap(program, loss.line, r"MSELoss|L1Loss", "BCELoss")
    )
    if end.activation in ("softmax", "log_softmax") or (known and (y.one_hot or classes == 2 or end.units == classes)):
        return [finding(FAULT, loss.line, "certain" if known else "likely", new)]
    if end.activation == "sigmoid" or accuracy:
        return [finding(FAULT, loss.line, "likely", new)]
    return []


_SETS = ("mnist", "fashion-mnist", "cifar10", "cifar100", "digits", "iris", "kmnist", "svhn")


def _listed(value: object) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]
