"""No validation at all."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.scene import Scene
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


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(("model.fit(train_data, validation_data=val_data, epochs", "model.fit(train_data, epochs"))
    return scene.edited(
        ("    val_loss, val_accuracy = evaluate(x_val, y_val)\n", ""),
        ('        f"validation loss {val_loss:.4f}, accuracy {val_accuracy:.3f}, "\n', ""),
    )
