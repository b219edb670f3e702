"""trainable changed after compile."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
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
    differences=("trainable-after-compile",),
    not_in={"torch": say("PyTorch has no compile step of that kind; requires_grad holds from the next step on.")},
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    compiled: dict[int, int] = {}
    pending: dict[int, int] = {}
    for event in program.events:
        if event.kind == "compile":
            compiled[id(event["net"])] = event.line
            pending.clear()
        elif event.kind == "trainable" and program.keras and compiled and event["value"] in (True, False):
            pending[event.line] = event.line
        elif event.kind == "fit" and pending:
            return [finding(FAULT, next(iter(pending)), "certain")]
    return []
