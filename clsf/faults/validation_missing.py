"""No validation at all."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, evaluating, events, finding
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
    if (
        fit is not None
        and not ({"validation_data", "validation_split"} & set(fit.kwargs))
        and not any(events(program, "evaluate", "predict"))
    ):
        return [finding(FAULT, fit.line, "smell")]
    if program.torch and any(events(program, "backward")) and not evaluating(program):
        return [finding(FAULT, next(events(program, "backward")).line, "smell")]
    return []
