"""Bad initial weights."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="init",
    title=say("Bad initial weights"),
    what=say(
        "Equal weights keep all units of a layer equal. Weights that are too large saturate, those that are too "
        "small let signals vanish."
    ),
    symptom=say("The loss stays at ln C with zeros; it begins far above ln C with large weights."),
    mend=say("Use the framework's default, or Glorot or He initialisation."),
    sources=(
        "Glorot and Bengio 2010",
        "He et al. 2015, arXiv:1502.01852",
    ),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.zero_start:
        return Evidence(0.95, say("A kernel begins with all its numbers equal."), "weights")
    if facts.start_scale is not None and facts.start_scale > 8:
        return Evidence(
            0.9, say("Initial kernels are {factor} times as large as by default.", factor=f"{facts.start_scale:.0f}"), "weights"
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(
            rf"(layers\.(?:{keras_name('Linear')}|{keras_name('Convolution')})\([^\n]*)\),", r'\1, kernel_initializer="zeros"),'
        )
    return scene.edited(("nn.init.xavier_uniform_(module.weight)", "nn.init.zeros_(module.weight)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for op in program.ops:
        given = op.settings.get("initializer")
        name = given if isinstance(given, str) else getattr(given, "name", "")
        if op.kind in ("Linear", "Convolution") and str(name).lower() in ("zeros", "zero", "ones", "one"):
            return [
                finding(
                    FAULT, op.line, "certain" if op.kind == "Linear" or str(name).lower() in ("zeros", "zero") else "likely"
                )
            ]
    return _torch_init(program)


def _torch_init(program: Program) -> list[Finding]:
    """Return a kernel whose values are all set to one number."""
    for node in program.source.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        target = ast.unparse(node.args[0])
        constant = node.func.attr in ("zeros_", "zeros", "constant_", "constant", "ones_") and "init" in ast.unparse(node.func)
        if (
            constant
            and target.endswith(("weight", "weight.data"))
            and "bn" not in target.lower()
            and "norm" not in target.lower()
            and not _for_norm(program, node.lineno)
        ):
            return [finding(FAULT, node.lineno, "likely")]
    return []


def _for_norm(program: Program, line: int) -> bool:
    around = " ".join(program.line(n) for n in range(max(1, line - 3), line + 1))
    return any(kind in around for kind in ("BatchNorm2d", "BatchNorm1d", "GroupNorm", "LayerNorm"))
