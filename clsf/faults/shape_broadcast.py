"""Shapes that don't fit, hidden by broadcasting."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import LOSS, SETTLED, classes, returning
from clsf.faults.scene import Scene
from clsf.reader.looks import Array, ModelAnswer, Program, ending, events, finding, has
from clsf.words import say

FAULT = Fault(
    kind="shape-broadcast",
    title=say("Shapes that don't fit, hidden by broadcasting"),
    what=say(
        "Outputs of shape (n, 1) and labels of shape (n,) broadcast to (n, n), so each output is compared with each label."
    ),
    symptom=say("The loss falls to the value of a constant answer and stays there; all answers are the same."),
    mend=say("Give outputs and labels the same shape."),
    sources=("torch/nn/functional.py: mse_loss",),
    level=3,
    not_in={"tensorflow": say("Keras adds or removes a last axis of 1 before it compares outputs with labels.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.broadcasts:
        return Evidence(
            0.97, say("Outputs and labels of a batch have other shapes, and the loss compares each with each."), "shapes"
        )
    return None


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


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    end, loss = ending(program), program.loss
    if not program.torch or end is None or loss is None or end.units != 1 or loss.kind not in ("mse", "mae", "binary"):
        return []
    for event in events(program, "loss"):
        answer, target = event["answer"], event["target"]
        if (
            isinstance(answer, ModelAnswer)
            and isinstance(target, Array)
            and not event.no_grad
            and (
                not answer.did("squeeze", "view", "reshape", "flatten")
                and not target.did("unsqueeze", "reshape", "new-axis", "view")
                and not has(program, "Squeeze")
            )
        ):
            rank = None if target.shape is None else len(target.shape)
            if rank == 1:
                return [finding(FAULT, event.line, "likely")]
        break
    return []
