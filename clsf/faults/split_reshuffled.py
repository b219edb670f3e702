"""The split changes in each epoch."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="split-reshuffled",
    title=say("The split changes in each epoch"),
    what=say(
        "shuffle() before take() and skip() draws a new order in each epoch, so validation images of one epoch are "
        "trained on in the next."
    ),
    symptom=say("Validation is as good as training, or better, and never shows overfitting. The test set is worse."),
    mend=say("Split first, then shuffle the training part; or reshuffle_each_iteration=False."),
    sources=(
        "tensorflow/tensorflow#59279",
        "huggingface/datasets#5435",
    ),
    level=3,
)
