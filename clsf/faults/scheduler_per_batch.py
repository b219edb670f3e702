"""Learning rate schedule stepped once a batch."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="scheduler-per-batch",
    title=say("Learning rate schedule stepped once a batch"),
    what=say(
        "A schedule that is meant per epoch is stepped after each batch, so the learning rate is 0 for all "
        "purposes within the first epoch."
    ),
    symptom=say("The loss falls for some steps and then stands still for good."),
    mend=say("Step the scheduler once an epoch, or set its length in steps."),
    sources=(
        "pytorch/tutorials#640",
        "pytorch/vision#1261",
    ),
    level=3,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        old = "(learning_rate=LEARNING_RATE"
        return scene.edited((old, "(learning_rate=keras.optimizers.schedules.ExponentialDecay(LEARNING_RATE, 1, 0.5)"))
    return scene.edited(
        (
            "@torch.no_grad()  # keep",
            "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)\n\n\n@torch.no_grad()  # keep",
        ),
        ("        total += loss.item()", "        scheduler.step()\n        total += loss.item()"),
    )
