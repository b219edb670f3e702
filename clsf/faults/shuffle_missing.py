"""Training images aren't shuffled."""

from clsf.faults.fault import Fault
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
