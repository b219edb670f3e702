"""Labels in another form than the loss expects."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import classes, other_loss
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="label-encoding",
    title=say("Labels in another form than the loss expects"),
    what=say("Sparse losses want class numbers, categorical losses want one-hot rows."),
    symptom=say("An error about shapes or dtypes at the first batch; where broadcasting hides it, the loss means nothing."),
    mend=say("Sparse loss for whole numbers, categorical loss for one-hot rows."),
    sources=(
        "qubvel-org/segmentation_models.pytorch#197",
        "keras/src/losses/losses.py: SparseCategoricalCrossentropy",
    ),
    level=1,
)


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return other_loss(scene, "loss_fn = keras.losses.CategoricalCrossentropy(from_logits=True)")
    return scene.edited(
        ("labels = torch.from_numpy(y_train[batch]).to(device)\n",
         f"labels = F.one_hot(torch.from_numpy(y_train[batch]), {classes(scene)}).to(device)\n"),
    )  # fmt: skip
