"""Labels in another form than the loss expects."""

from clsf.faults.fault import Fault
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
