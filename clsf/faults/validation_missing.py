"""No validation at all."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, evaluating, events, finding
from clsf.reader.rows import VALIDATES, names_in
from clsf.words import say

FAULT = Fault(
    kind="validation-missing",
    title=say("No validation at all"),
    what=say("Only training numbers are looked at, so overfitting can't be seen."),
    symptom=say("Training accuracy rises to 100 %, and nothing says how good the model is on new images."),
    mend=say("Hold back some images and evaluate on them after each epoch."),
    sources=("Skripchuk et al. 2022, SIGCSE",),
    level=4,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.validated is False and history.epochs:
        return Evidence(0.9, say("No number is reported about images that weren't trained on."), "validation")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("model.fit(train_data, validation_data=val_data, epochs", "model.fit(train_data, epochs"))
    return scene.edited(
        ("    val_loss, val_accuracy = evaluate(x_val, y_val)\n", ""),
        ('        f"validation loss {val_loss:.4f}, accuracy {val_accuracy:.3f}, "\n', ""),
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    fit = program.fit
    unused = _held_back(program)
    if unused and (fit is not None or any(events(program, "backward", "apply"))):
        return [
            finding(
                FAULT, unused, "likely", sentence=say("Images are held back for validation, but nothing ever looks at them.")
            )
        ]
    if (
        fit is not None
        and not ({"validation_data", "validation_split"} & set(fit.kwargs))
        and not any(events(program, "evaluate", "predict"))
    ):
        return [finding(FAULT, fit.line, "smell")]
    if program.torch and any(events(program, "backward")) and not evaluating(program):
        return [finding(FAULT, next(events(program, "backward")).line, "smell")]
    return []


def _held_back(program: Program) -> int:
    """Return the line of validation images that are never used, directly or indirectly; 0 for none."""
    made: dict[str, int] = {}
    used: set[str] = set()
    for node in program.source.nodes:
        if isinstance(node, ast.Assign):
            names = [name for target in node.targets for name in names_in(target)]
            for name in filter(VALIDATES.search, names):
                made.setdefault(name, node.lineno)
    for node in program.source.nodes:
        if not isinstance(node, ast.stmt) or isinstance(
            node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.With | ast.If | ast.Try
        ):
            for part in ast.iter_child_nodes(node) if isinstance(node, ast.For | ast.While | ast.With | ast.If) else ():
                if isinstance(part, ast.expr | ast.withitem):
                    used |= _loaded(part)
            continue
        if isinstance(node, ast.Assign) and all(
            VALIDATES.search(name) or name == "_" for t in node.targets for name in names_in(t)
        ):
            continue
        used |= _loaded(node)
    return min(made.values()) if made and not used & set(made) else 0


def _loaded(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
