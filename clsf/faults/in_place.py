"""An in-place change that breaks the gradient."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="in-place",
    title=say("An in-place change that breaks the gradient"),
    what=say("x += 1 or x[...] = 0 changes a value that the backward pass still needs, or detaches it."),
    symptom=say(
        'RuntimeError: "one of the variables needed for gradient computation has been modified by an inplace operation".'
    ),
    mend=say("Write x = x + 1."),
    sources=("torch/autograd: in-place correctness checks",),
    level=1,
    not_in={"tensorflow": say("TensorFlow's tensors can't be changed in place.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(r"modified by an inplace operation|in-place operation", history.error):
        return Evidence(0.97, say("A value that the backward pass needs was changed in place."), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.with_pattern(r"^(        x = F\.relu\(.*)$", r"\1\n        x += 1", 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: a weight updated outside of torch.no_grad(), or a result that is still needed."""
    kept = _still_needed(program) if program.torch else []
    if kept or ".grad" not in program.source.text or not (program.torch or "torch" in " ".join(program.machine.imports)):
        return kept
    quiet = {
        id(inner)
        for node in program.source.nodes
        if isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0].context_expr)
        for inner in ast.walk(node)
    }
    elsewhere = {  # a separate function for the step is most likely called with gradients off
        id(inner)
        for node in program.source.nodes
        if isinstance(node, ast.FunctionDef) and not _goes_back(node)
        for inner in ast.walk(node)
    }
    for node in program.source.nodes:
        if id(node) in elsewhere:
            continue
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name | ast.Attribute) and id(node) not in quiet:
            name = ast.unparse(node.target)
            if not name.endswith((".data", ".grad")) and re.search(
                rf"(?<!\w){re.escape(name)}\.grad\b", ast.unparse(node.value)
            ):
                return [finding(FAULT, node.lineno, "certain")]
    return []


def _goes_back(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "backward" for n in ast.walk(node))


_KEEP = ("relu", "sigmoid", "tanh", "softmax", "log_softmax", "exp", "sqrt")
"""Functions whose backward pass uses their output, see tools/autograd/derivatives.yaml of PyTorch."""


def _still_needed(program: Program) -> list[Finding]:
    """Return where a model changes the output of such a function in place."""
    modules = {
        ast.unparse(node.targets[0])
        for node in program.source.nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func).rpartition(".")[2] in ("ReLU", "Sigmoid", "Tanh", "Softmax", "LogSoftmax")
    }  # fmt: skip
    for forward in (n for n in program.source.nodes if isinstance(n, ast.FunctionDef) and n.name == "forward"):
        kept: set[str] = set()
        for node in forward.body:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in kept:
                sign = re.search(r"(\*\*|//|[-+*/%])=", program.line(node.lineno))
                name = node.target.id
                new = (
                    swap(program, node.lineno, rf"\b{name}\s*{re.escape(sign[0])}", rf"{name} = {name} {sign[1]}")
                    if sign
                    else None
                )
                return [finding(FAULT, node.lineno, "certain", new)]
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
                needed = called in modules or (called.rpartition(".")[2] in _KEEP and not called.startswith(("np.", "math.")))
                kept = (kept | {node.targets[0].id}) if needed else kept - {node.targets[0].id}
    return []
