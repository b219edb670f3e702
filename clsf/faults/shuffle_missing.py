"""Training images aren't shuffled."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History
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


def in_run(history: History, facts: Facts) -> Evidence | None:
    if facts.purity is not None and facts.purity > 0.6 and (facts.largest_class or 0.2) < 0.45:
        return Evidence(0.95, say("On average {share} of a batch are of one class.", share=f"{facts.purity:.0%}"), "batches")
    return None


def plant(scene: Scene) -> Scene | None:
    changed = scene.edited((SETTLED, 'order = order[np.argsort(y_train[order], kind="stable")]\n' + SETTLED))
    if changed is None:
        return None
    if scene.keras:
        return changed.with_pattern(r"^train_data = train_data\.shuffle.*\n", "")
    return changed.edited(
        ("order = rng.permutation(len(x_train))  # another order in every epoch", "order = np.arange(len(x_train))")
    )
