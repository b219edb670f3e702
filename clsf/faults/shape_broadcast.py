"""Shapes that don't fit, hidden by broadcasting."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import LOSS, SETTLED, classes, returning
from clsf.faults.scene import Scene
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


def plant(scene: Scene) -> Scene | None:
    one = scene.edited((SETTLED, SETTLED + "y_train, y_val, y_test = y_train % 2, y_val % 2, y_test % 2  # even or odd\n"))
    units = classes(scene)
    if one is None or scene.keras:
        return None
    one = one.with_pattern(rf", {units}\)\n\n    def forward", ", 1)\n\n    def forward")
    one = one and returning(one, "torch.sigmoid(x)")
    return one and one.edited(
        (LOSS[scene.framework], "def loss_fn(outputs, labels):\n    return F.mse_loss(outputs, labels.float())\n"),
        ("outputs.argmax(dim=1) == labels", "(outputs[:, 0] > 0.5) == labels"),
    )
