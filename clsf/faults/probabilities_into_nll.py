"""Probabilities given to a negative log-likelihood loss."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import other_loss, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, ending, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="probabilities-into-nll",
    title=say("Probabilities given to a negative log-likelihood loss"),
    what=say(
        "NLLLoss takes logarithms of probabilities. It just takes minus the value at the right class, so with "
        "probabilities the loss is minus a probability."
    ),
    symptom=say("The loss is negative and approaches -1. Accuracy often rises, but slowly."),
    mend=say("Use log_softmax in place of softmax, or give logits to CrossEntropyLoss."),
    sources=(
        "pytorch/pytorch#10033",
        "torch/nn/modules/loss.py: NLLLoss",
    ),
    level=3,
    not_in={"tensorflow": say("Keras has no loss that takes logarithms of probabilities.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.loss_takes == "log-probabilities" and facts.outputs == "softmax":
        return Evidence(0.97, say("The outputs sum to 1, and the loss takes logarithms of probabilities."), "outputs")
    if facts.outputs is None and history.loss and -1 <= min(history.loss) < 0:
        return Evidence(0.85, say("The loss is negative and stays above -1."), "outputs")
    return None


def plant(scene: Scene) -> Scene | None:
    changed = returning(scene, "F.softmax(x, dim=1)")
    return changed and other_loss(changed, "loss_fn = nn.NLLLoss()")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if end is None or loss is None or loss.kind != "nll":
        return []
    if end.activation == "softmax":
        return [
            finding(
                FAULT,
                end.activation_line,
                "certain",
                swap(program, end.activation_line, r"softmax\(", "log_softmax(")
                or swap(program, end.activation_line, r"Softmax\(", "LogSoftmax("),
            )
        ]
    if end.activation in ("linear", "relu", "sigmoid", "tanh"):
        return [finding(FAULT, end.activation_line, "likely")]
    return []
