"""Shapes that don't fit, hidden by broadcasting."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="shape-broadcast",
    title=say("Shapes that don't fit, hidden by broadcasting"),
    what=say(
        "Outputs of shape (n, 1) and labels of shape (n,) broadcast to (n, n), so each output is compared with each label."
    ),
    symptom=say("The loss falls to the value of a constant answer and stays there; all answers are alike."),
    mend=say("Give outputs and labels the same shape."),
    sources=("torch/nn/functional.py: mse_loss",),
    level=3,
)
