"""Batch normalisation of a frozen base keeps moving."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="frozen-bn-moves",
    title=say("Batch normalisation of a frozen base keeps moving"),
    what=say(
        "Freezing the weights doesn't stop the moving averages in PyTorch while the model is in training mode. The "
        "frozen base then computes something else than before."
    ),
    symptom=say("Fine-tuning starts well and gets worse, or validation differs from what the same base gave before."),
    mend=say("Put the frozen part in eval() mode; in Keras set trainable=False, which does both."),
    sources=(
        "keras-team/keras#9214",
        "keras-team/keras#9965",
    ),
    level=4,
)
