"""A loop of one's own without training=True."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import normed
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="missing-training-flag",
    title=say("A loop of one's own without training=True"),
    what=say(
        "model(x) in a Keras training loop runs in inference mode: dropout does nothing, and the moving averages "
        "of batch normalisation are used and never updated."
    ),
    symptom=say(
        "Dropout has no effect, and training and validation numbers agree too well. With batch normalisation "
        "training is unstable."
    ),
    mend=say("Call model(x, training=True) in the training step."),
    sources=("keras/src/layers/layer.py: Layer.__call__",),
    level=3,
    not_in={"torch": say("A PyTorch model is in training mode from the beginning.")},
)


def plant(scene: Scene) -> Scene | None:
    if not scene.keras or not (normed(scene) or "layers.Dropout" in scene.text):
        return None
    return scene.planned(tensorflow_variant="graph").edited(("model(prepare(images), training=True)", "model(prepare(images))"))
