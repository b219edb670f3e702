"""A fault: dropout that is always on."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="dropout-always-on",
    title=say("Always-on dropout"),
    what=say(
        "F.dropout(x) drops by default, also after model.eval(). In Keras, calling a layer with training=True does the same."
    ),
    symptom=say("Validation accuracy is lower than it should be and differs from call to call. eval() changes nothing."),
    mend=say("Use a dropout module, or F.dropout(x, p, self.training); in Keras leave training=True out."),
    sources=(
        "pytorch/pytorch#26338",
        "d2l-ai/d2l-en#1093",
    ),
    level=3,
    differences=("dropout-at-evaluation",),
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.evaluation_varies and not facts.evaluated_in_training_mode:
        return Evidence(0.94, say("In evaluation mode the same images get other answers each time."), "with-eval")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(
            rf"layers\.{keras_name('Drop')}\(([\d.]+)\)", r"layers.Lambda(lambda x: tf.nn.dropout(x, 0.5))", 1
        )
    return scene.with_pattern(r"F\.dropout\(x, [\d.]+, training=self\.training\)", "F.dropout(x)", 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    for tensor in program.tensors:
        op = tensor.op
        if (
            op.kind == "Drop"
            and program.torch
            and op.made is not None
            and op.made.path.startswith("torch.nn.functional.")
            and not op.settings.get("training_given")
        ):
            results.append(
                finding(
                    FAULT,
                    op.line,
                    "certain",
                    swap(
                        program,
                        op.line,
                        r"(dropout\w*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)",
                        r"\1, training=self.training)",
                    ),
                )
            )
        elif op.kind == "Drop" and program.torch and op.settings.get("training") is True and op.settings.get("training_given"):
            results.append(
                finding(FAULT, op.line, "likely", swap(program, op.line, r"training\s*=\s*True", "training=self.training"))
            )
        elif op.kind == "Drop" and op.settings.get("always"):
            results.append(
                finding(
                    FAULT, op.where or op.line, "likely", swap(program, op.where or op.line, r",\s*training\s*=\s*True", "")
                )
            )
        elif program.keras and op.made is not None and op.made.path == "tensorflow.nn.dropout" and not _told(program, op.line):
            call = r"(?:\w+\.)*Lambda\(\s*lambda (\w+): tf\.nn\.dropout\(\1, (?:rate=)?([\d.]+)\)\s*\)"
            results.append(
                finding(FAULT, op.line, "certain", swap(program, op.line, call, rf"layers.{keras_name('Drop')}(\2)"))
            )
    return results


def _told(program: Program, line: int) -> bool:
    """Return whether the function around a line knows if the model is training."""
    around = [n for n in program.source.nodes if isinstance(n, ast.FunctionDef) and n.lineno <= line <= (n.end_lineno or 0)]
    return any("training" in ast.unparse(node) for node in around)
