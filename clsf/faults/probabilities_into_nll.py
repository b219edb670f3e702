"""Probabilities given to a negative log-likelihood loss."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import other_loss, returning
from clsf.faults.scene import Scene
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
    level=2,
    not_in={"tensorflow": say("Keras has no loss that takes logarithms of probabilities.")},
)


def plant(scene: Scene) -> Scene | None:
    changed = returning(scene, "F.softmax(x, dim=1)")
    return changed and other_loss(changed, "loss_fn = nn.NLLLoss()")
