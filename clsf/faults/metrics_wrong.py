"""The metric measures something else."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.faults.signs import steps_per_epoch
from clsf.reader.looks import Program, events, finding
from clsf.words import say

FAULT = Fault(
    kind="metrics-wrong",
    title=say("The metric measures something else"),
    what=say(
        "keras.metrics.Accuracy compares outputs with labels for equality, sums that are never reset mix epochs, "
        "and accuracy over logits of a binary model has another threshold. The model itself learns."
    ),
    symptom=say("The loss falls as it should while accuracy stays near 0, or changes in a way that doesn't fit the loss."),
    mend=say('Use "accuracy" or the metric for your labels, and reset sums in each epoch.'),
    sources=(
        "keras-team/tf-keras#15",
        "keras-team/keras#14231",
    ),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    loss = history.loss[-1] if history.loss else None
    if loss is None or not history.accuracy or facts.chance is None:
        return None
    if 0 <= loss < 0.5 * facts.chance and history.accuracy[-1] < 1.2 / facts.classes and facts.loss not in ("mse", "binary"):
        return Evidence(
            0.93,
            say(
                "The loss has fallen to {loss} while accuracy says {accuracy}.",
                loss=f"{loss:.3f}",
                accuracy=f"{history.accuracy[-1]:.1%}",
            ),
            "metric",
        )
    each = steps_per_epoch(history)
    late = history.accuracies[-(each or 1) :]
    if each and late and sum(late) / len(late) > 1.2 / facts.classes and history.accuracy[-1] < 0.3 * sum(late) / len(late):
        return Evidence(
            0.93,
            say("The epoch's accuracy is reported as {told}, but its steps' mean is {mean}.", told=f"{history.accuracy[-1]:.1%}", mean=f"{sum(late) / len(late):.1%}"),
            "metric",
        )  # fmt: skip
    if each and len(history.loss) > 2 and not facts.l2:
        part = history.losses[-each:]
        if abs(history.loss[-1]) > 1.5 * abs(sum(part) / each) + 0.02:
            return Evidence(
                0.93,
                say(
                    "The epoch's loss is reported as {told}, but its steps' mean is {mean}.",
                    told=f"{history.loss[-1]:.3f}",
                    mean=f"{sum(part) / each:.3f}",
                ),
                "metric",
            )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.planned(loss="categorical").with_pattern(
            r"keras\.metrics\.CategoricalAccuracy\(", "keras.metrics.Accuracy("
        )
    return scene.edited(
        ("for epoch in range(1, EPOCHS + 1):\n    began, total, right, seen = time.perf_counter(), 0.0, 0, 0\n",
         "total, right, seen = 0.0, 0, 0\nfor epoch in range(1, EPOCHS + 1):\n    began = time.perf_counter()\n"),
        ("loss {total / seen:.4f}", "loss {total / len(x_train):.4f}"),
    )  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    return [*_never_reset(program), *_keras_metrics(program), *_by_batches(program)]


def _never_reset(program: Program) -> list[Finding]:
    """Return sums that are initialised once, before the epochs, but reported in each epoch."""
    zeros: dict[tuple, list] = {}
    for a in events(program, "assign"):
        if a["value"] == 0:
            zeros.setdefault((a["name"], a["scope"]), []).append(a)
    looked: set[tuple] = set()  # a line in a loop is followed more than once
    for e in events(program, "accumulate"):
        if (e.line, e.loop_ids) in looked:
            continue
        looked.add((e.line, e.loop_ids))
        if (
            len(e.loops) < 2
            or e.loops[0][1] not in ("range", "while", "list")
            or not e["start"]
            or not e["name"].isidentifier()
        ):
            continue
        epoch = e.loop_ids[-2]
        starts = zeros.get((e["name"], e["scope"]), [])
        if not starts or any(epoch in a.loop_ids for a in starts):
            continue
        if not _measures(e):
            continue
        told = [
            p
            for p in events(program, "print")
            if epoch in p.loop_ids and _names(p["node"], e["name"]) and e.loop_ids[-1] not in p.loop_ids
        ]
        if told:
            return [finding(FAULT, starts[-1].line, "likely")]
    return []


def _measures(event) -> bool:
    text = ast.unparse(event["source"])
    return any(word in text for word in ("item()", "sum()", "loss", "correct", "==", "eq("))


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def _keras_metrics(program: Program) -> list[Finding]:
    """Return metrics that compare incompatible values."""
    if program.compile is None or program.loss is None:
        return []
    given = program.compile.get("metrics", 2)
    line = program.compile.lines.get("metrics", program.compile.line)
    for item in given if isinstance(given, list | tuple) else [given]:
        name = item if isinstance(item, str) else getattr(item, "name", "")
        low = str(name).lower().replace("_", "")
        kind = program.loss.kind
        if not isinstance(item, str) and name == "Accuracy":
            return [finding(FAULT, getattr(item, "line", line), "certain")]
        if (low in ("categoricalaccuracy",) and kind == "sparse") or (
            low in ("sparsecategoricalaccuracy",) and kind == "categorical"
        ):
            return [finding(FAULT, line, "certain")]
        if low in ("binaryaccuracy",) and kind in ("sparse", "categorical"):
            return [finding(FAULT, line, "likely")]
        if (
            low in ("mse", "mae", "meansquarederror", "meanabsoluteerror")
            and kind in ("sparse", "categorical", "binary")
            and len(given if isinstance(given, list | tuple) else [0]) == 1
        ):
            return [finding(FAULT, line, "smell")]
    return []


def _by_batches(program: Program) -> list[Finding]:
    """Return counts of images that are divided by the number of batches."""
    counts = {
        e["name"]
        for e in events(program, "accumulate")
        if "sum()" in ast.unparse(e["source"]) and ("==" in ast.unparse(e["source"]) or "eq(" in ast.unparse(e["source"]))
    }
    for node in program.source.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            left = {n.id for n in ast.walk(node.left) if isinstance(n, ast.Name)}
            right = node.right
            if (
                left & counts
                and isinstance(right, ast.Call)
                and isinstance(right.func, ast.Name)
                and right.func.id == "len"
                and right.args
                and isinstance(right.args[0], ast.Name)
            ):
                loader = program.machine.module.names.get(right.args[0].id)
                if getattr(loader, "kind", "") == "torch" and loader.batch != 1:
                    return [finding(FAULT, node.lineno, "likely")]
    return []
