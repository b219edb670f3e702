"""Nothing is trained."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, indent, misnamed_step, optimizer_name
from clsf.reader.values import Made
from clsf.words import say

FAULT = Fault(
    kind="nothing-trainable",
    title=say("Nothing is trained"),
    what=say("All weights are frozen, the step is never taken, or gradients are computed with respect to something else."),
    symptom=say(
        'Loss and accuracy are the same in each epoch, up to dropout. In PyTorch backward() may stop with "does '
        'not require grad".'
    ),
    mend=say("Let weights be trainable, and call the optimizer's step."),
    sources=("torch/optim/optimizer.py: Optimizer",),
    level=2,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if (facts.idle is not None and facts.idle >= 0.999) or "does not require grad" in history.error:
        return Evidence(0.96, say("No step has changed a kernel."), "weights")
    if facts.idle is None and len(history.loss) > 2 and max(history.loss) - min(history.loss) < 1e-6 and not history.broke:
        return Evidence(0.8, say("The loss is the same in every epoch."), "weights")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("model.compile(\n", "model.trainable = False\nmodel.compile(\n"))
    return scene.with_pattern(r"^        optimizer\.step\(\).*\n", "")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: the whole model is frozen, and nothing is unfrozen or added afterwards."""
    net = program.net
    if program.torch and _never_steps(program):
        back = next(e for e in events(program, "backward") if e.loops)
        step = f"{indent(program, back.line)}{optimizer_name(program)}.step()"
        return [finding(FAULT, back.line, "certain", after=step)]
    if net is None:
        return []
    if program.keras:
        told = [e for e in events(program, "trainable") if e["of"] is net]
        if told and told[-1]["value"] is False and (program.compile is None or told[-1].line < program.compile.line):
            return [finding(FAULT, told[-1].line, "certain")]
        return []
    if "requires_grad" not in program.source.text:
        return []
    names = {
        name
        for name, value in program.machine.module.names.items()
        if value is net or (isinstance(value, Made) and value.extra.get("net") is net)
    }
    for node in program.source.nodes:
        if not isinstance(node, ast.For) or "requires_grad = False" not in ast.unparse(node):
            continue
        of = node.iter.func.value.id if _parameters(node.iter) else ""
        rest = [
            ast.unparse(n) for n in program.source.nodes if getattr(n, "lineno", 0) > node.lineno and isinstance(n, ast.Assign)
        ]
        if of in names and not any(re.match(rf"{of}[.\[]|.*requires_grad = True", text) for text in rest):
            return [finding(FAULT, node.lineno, "certain")]
    return []


def _never_steps(program: Program) -> bool:
    """Return whether gradients are computed for an optimizer that takes no step, under whatever name."""
    return (
        any(e.loops for e in events(program, "backward"))
        and any(events(program, "optimizer"))
        and not any(events(program, "optimizer-step"))
        and misnamed_step(program) is None
    )


def _parameters(node: ast.expr) -> bool:
    """Return whether it is `model.parameters()` of the whole model, not of a part of it."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "parameters"
        and isinstance(node.func.value, ast.Name)
    )
