"""Never back to training mode."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, indent, model_name, training, with_modes
from clsf.words import say

FAULT = Fault(
    kind="missing-train-mode",
    title=say("Never back to training mode"),
    what=say(
        "evaluate() calls model.eval(), and nothing calls model.train() afterwards. From the second epoch on there "
        "is no dropout, and batch normalisation uses fixed averages."
    ),
    symptom=say(
        "The first epoch looks normal. Then training accuracy rises above validation accuracy at once, as without dropout."
    ),
    mend=say("Call model.train() at the beginning of each epoch."),
    sources=("d2l-ai/d2l-en#1093",),
    level=4,
    not_in={"tensorflow": say("fit tells each layer that it trains.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.framework == "torch" and facts.training_mode is False and (facts.dropouts or facts.batch_norms):
        return Evidence(0.95, say("The model was in evaluation mode while it trained."), "with-eval")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras or not (normed(scene) or "F.dropout" in scene.text):
        return None
    return scene.edited(("    model.train()  # dropout on, batch normalisation by the batch; evaluate() switched it off\n", ""))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch:
        return []
    for event in training(program):
        if event["mode"] == "eval" and event["net"] is program.net:
            line = event.loops[-1][0][0]
            return [
                finding(
                    FAULT,
                    line,
                    "certain" if with_modes(program) else "smell",
                    before=f"{indent(program, line)}{model_name(program, event.line)}.train()",
                )
            ]
    return []
