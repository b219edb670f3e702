"""No validation at all."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="validation-missing",
    title=say("No validation at all"),
    what=say("Only training numbers are looked at, so overfitting can't be seen."),
    symptom=say("Training accuracy rises to 100 %, and nothing says how good the model is on new images."),
    mend=say("Hold back some images and evaluate on them after each epoch."),
    sources=("Skripchuk et al. 2022, SIGCSE",),
    level=4,
)
