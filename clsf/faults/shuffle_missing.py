"""Training images aren't shuffled."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.planting import SETTLED
from clsf.faults.scene import Scene
from clsf.words import say

FAULT = Fault(
    kind="shuffle-missing",
    title=say("Training images aren't shuffled"),
    what=say(
        "Images come in file order, or a small shuffle buffer hardly mixes them. In sorted data a batch holds one "
        "class, and each step unlearns the last."
    ),
    symptom=say("The loss is a sawtooth with jumps where the class changes; validation names the last class seen."),
    mend=say("Shuffle all images in each epoch; a shuffle buffer as large as the data set."),
    sources=(
        "NVIDIA/DALI#2688",
        "tensorflow/tensorflow#36626",
    ),
    level=3,
    differences=("shuffling",),
)


def plant(scene: Scene) -> Scene | None:
    changed = scene.edited((SETTLED, 'order = order[np.argsort(y_train[order], kind="stable")]\n' + SETTLED))
    if changed is None:
        return None
    if scene.keras:
        return changed.with_pattern(r"^train_data = train_data\.shuffle.*\n", "")
    return changed.edited(
        ("order = rng.permutation(len(x_train))  # another order in every epoch", "order = np.arange(len(x_train))")
    )
