"""Labels don't belong to the images."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.faults.signs import hardly_learns, rate_over_usual
from clsf.reader.looks import Array, Program, events, finding, is_label
from clsf.words import say

FAULT = Fault(
    kind="labels-corrupted",
    title=say("Labels don't belong to the images"),
    what=say("Images and labels were shuffled separately, or part of the labels is wrong."),
    symptom=say("Validation stays at chance, or below its usual value, while training accuracy can still rise by memorising."),
    mend=say("Shuffle images and labels with one permutation; look at images with their labels."),
    sources=("Zhang et al. 2017, arXiv:1611.03530",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    usual = facts.learning_rate is not None and 0.02 < (rate_over_usual(facts) or 1) < 8
    if not usual or facts.idle or facts.zero_start or facts.l2 or history.broke:
        return None
    scrambled = facts.label_agreement is not None and facts.label_agreement < 1.6
    if hardly_learns(history, facts) and scrambled:
        return Evidence(0.85, say("The most similar images have the same label no more often than by chance."), "labels")
    if (
        facts.classes
        and history.accuracy
        and history.validation_accuracy
        and history.accuracy[-1] > 3 / facts.classes
        and (
            max(history.validation_accuracy) < 1.5 / facts.classes
            and len(history.epochs) > 2
            and not facts.batch_norms
            and scrambled
        )
    ):
        return Evidence(0.7, say("Training accuracy rises while validation stays at chance."), "labels")
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "y_train = rng.permutation(y_train)\n"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for event in events(program, "shuffled"):
        of = event["of"]
        if (
            isinstance(of, Array)
            and of.part == "train"
            and of.role in ("x", "y")
            and of.values is None
            and not _seeded_twice(program)
        ):
            return [finding(FAULT, event.line, "likely")]
    for node in program.source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and is_label(node.targets[0]) and _permuted(node):
            return [finding(FAULT, node.lineno, "likely")]
    return []


def _permuted(node: ast.Assign) -> bool:
    """Return whether labels are replaced by themselves in another order, without their images."""
    call = node.value
    return (
        isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.func, ast.Attribute) and call.func.attr in ("permutation", "permuted")
        and ast.unparse(call.args[0]) == ast.unparse(node.targets[0])
    )  # fmt: skip


def _seeded_twice(program: Program) -> bool:
    """Whether both are shuffled from the same seed, which keeps them together."""
    return len(list(events(program, "seed"))) >= 2
