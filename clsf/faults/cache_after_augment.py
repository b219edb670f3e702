"""Cache after augmentation."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="cache-after-augment",
    title=say("Cache after augmentation"),
    what=say(
        "cache() keeps what the first epoch gave. Augmentation before it is drawn once, so each epoch sees the same versions."
    ),
    symptom=say("Overfits as without augmentation."),
    mend=say("Cache first, then augment."),
    sources=("tensorflow/tensorflow#47755",),
    level=4,
)
