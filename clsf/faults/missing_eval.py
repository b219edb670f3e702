"""No eval() before evaluation."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, evaluating, finding, indent, model_name, with_modes
from clsf.words import say

FAULT = Fault(
    kind="missing-eval",
    title=say("No eval() before evaluation"),
    what=say(
        "A PyTorch model stays in training mode. It keeps dropping values, and batch normalisation uses each batch's "
        "own statistics and keeps updating its averages."
    ),
    symptom=say("Validation numbers are worse than they should be and change from call to call, also on the same images."),
    mend=say("Call model.eval() before evaluation and model.train() after it."),
    sources=(
        "yaodongyu/TRADES#3",
        "itayhubara/BinaryNet.tf#9",
    ),
    level=3,
    not_in={"tensorflow": say("fit, evaluate and predict tell each layer whether it trains.")},
    differences=("eval-mode",),
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.evaluated_in_training_mode and (facts.dropouts or facts.batch_norms):
        return Evidence(0.95, say("The model was in training mode while it was evaluated."), "with-eval")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras or not (normed(scene) or "F.dropout" in scene.text):
        return None
    return scene.edited(("    model.eval()  # dropout off, batch normalisation by its moving averages\n", ""))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch or not with_modes(program):
        return []
    for event in evaluating(program):
        if event["mode"] == "train":
            line = event.loops[-1][0][0] if event.loops else event.line
            name = model_name(program, event.line)
            return [
                finding(
                    FAULT,
                    line,
                    "likely" if event.no_grad or event.loops else "smell",
                    before=f"{indent(program, line)}{name}.eval()",
                )
            ]
    return []
