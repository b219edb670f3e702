"""Other preparation at evaluation."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="train-test-preprocess-mismatch",
    title=say("Other preparation at evaluation"),
    what=say("Training images are scaled and validation or new images aren't, or in another way."),
    symptom=say("Training accuracy is high while validation is near chance from the first epoch, with a large loss."),
    mend=say("Use one function for both."),
    sources=(
        "keras-team/keras#3477",
        "udacity/sdc-issue-reports#623",
    ),
    level=3,
)


def in_run(history: History, facts: Facts) -> Evidence | None:
    train, other = facts.inputs, facts.validation_inputs
    if train and other and train[1] > 0 and other[1] > 0 and not 0.2 < other[1] / train[1] < 5:
        return Evidence(
            0.97, say("Training images have numbers up to {train}, validation images up to {other}.", train=f"{train[1]:.3g}", other=f"{other[1]:.3g}"), "pixels",
        )  # fmt: skip
    if (
        train is None
        and history.loss
        and history.validation_loss
        and facts.chance
        and history.accuracy
        and history.validation_accuracy
    ) and (
        history.validation_loss[0] > 3 * facts.chance
        and history.accuracy[-1] > 0.75
        and history.validation_accuracy[-1] < 2 / facts.classes
    ):
        return Evidence(
            0.6,
            say(
                "Validation loss is {loss} from the first epoch, while training goes well.",
                loss=f"{history.validation_loss[0]:.1f}",
            ),
            "pixels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited(
            (
                "val_data = val_data.map(lambda x, y: (prepare(x), y))",
                "val_data = val_data.map(lambda x, y: (tf.cast(x, tf.float32), y))",
            )
        )
    return scene.edited(("model(prepare(images[first : first + 256]))", "model(prepare(images[first : first + 256]) * 255)"))
