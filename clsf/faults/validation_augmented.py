"""Validation images are augmented."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="validation-augmented",
    title=say("Validation images are augmented"),
    what=say(
        "Random flips, shifts or rotations are for training. Augmented validation images are harder, and other "
        "images in each epoch."
    ),
    symptom=say("Validation is lower than it should be and noisy."),
    mend=say("Augment the training images only."),
    sources=(
        "keras-team/keras#10458",
        "tensorflow/tensorflow#44587",
    ),
    level=4,
)
