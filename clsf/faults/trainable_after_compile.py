"""trainable changed after compile."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="trainable-after-compile",
    title=say("trainable changed after compile"),
    what=say(
        "Keras takes note of what is trainable when the model is compiled. What is changed later has no effect "
        "until it is compiled again."
    ),
    symptom=say("Layers that should be frozen change, or layers that should train don't."),
    mend=say("Set trainable first, then compile."),
    sources=(
        "keras-team/keras#13404",
        "keras-team/keras#22413",
    ),
    level=4,
    not_in={"torch": say("PyTorch has no compile step of that kind; requires_grad holds from the next step on.")},
)
