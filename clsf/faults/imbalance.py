"""Classes of very different size."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, is_label
from clsf.words import say

FAULT = Fault(
    kind="imbalance",
    title=say("Classes of very different size"),
    what=say("Where 90 % of the images are of one class, always naming that class gives 90 % accuracy."),
    symptom=say("Accuracy equals the share of the largest class, and the confusion matrix has one full column."),
    mend=say("Look at accuracy per class; weight the classes or balance the batches."),
    sources=(
        "keras-team/keras#5335",
        "keras-team/keras#14141",
    ),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    share = facts.largest_class
    if share is not None and (share > 0.85 or (share > 0.5 and (facts.classes or 2) > 2)):
        return Evidence(0.93, say("{share} of the training images are of one class.", share=f"{share:.0%}"), "labels")
    return None


def plant(scene: Scene) -> Scene | None:
    return scene.edited((SETTLED, SETTLED + "kept = (y_train == 0) | (rng.random(len(y_train)) < 0.02)\n"
                         "x_train, y_train = x_train[kept], y_train[kept]\n"
                         "kept = (y_val == 0) | (rng.random(len(y_val)) < 0.02)\nx_val, y_val = x_val[kept], y_val[kept]\n"))  # fmt: skip


_BALANCED = re.compile(
    r"(?i)class_?weight|pos_weight|sample_weight|WeightedRandomSampler|SMOTE|OverSampler|UnderSampler|BalancedBatch|focal|weight\s*=\s*(?!None)\w|rejection_resample"
)
_LARGE = 0.85


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it. Usually only the data show class sizes; here, only where the source has them."""
    if _BALANCED.search(program.source.text):
        return []
    for node in program.source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("make_classification", "choice"):
            name = "weights" if ast.unparse(node.func).endswith("make_classification") else "p"
            shares = next((_numbers(keyword.value) for keyword in node.keywords if keyword.arg == name), [])
            if shares and _labels(program, node) and max(*shares, 1 - sum(shares)) > _LARGE:
                return [finding(FAULT, node.lineno, "likely")]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _one_class(node.left, node.right):
            return [finding(FAULT, node.lineno, "likely")]
    return []


def _one_class(*parts: ast.expr) -> bool:
    """Return whether a mask keeps all of one class and a random few of the others: (y == 0) | (random < 0.02)."""
    whole = any(
        isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq) and is_label(part.left) and isinstance(part.comparators[0], ast.Constant)
        for part in parts
    )  # fmt: skip
    few = any(
        isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Lt) and "rand" in ast.unparse(part.left)
        and isinstance(part.comparators[0], ast.Constant) and part.comparators[0].value <= 1 - _LARGE
        for part in parts
    )  # fmt: skip
    return whole and few


def _labels(program: Program, call: ast.Call) -> bool:
    """Return whether a call creates labels: any make_classification, and values assigned to names such as y or labels."""
    if not ast.unparse(call.func).endswith("choice"):
        return True
    return any(
        isinstance(node, ast.Assign)
        and node.value is call
        and re.match(r"(?i)y$|y_|labels?|targets?", ast.unparse(node.targets[0]))
        for node in program.source.nodes
    )


def _numbers(value: ast.expr) -> list[float]:
    parts = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    numbers = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, int | float)]
    return numbers if len(numbers) == len(parts) else []
