"""Predictions in another order than the labels."""

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Loader, Program, events, finding
from clsf.words import say

FAULT = Fault(
    kind="predict-shuffled",
    title=say("Predictions in another order than the labels"),
    what=say(
        "A shuffled generator gives predictions in shuffled order. Compared with labels in file order they are at chance."
    ),
    symptom=say("evaluate() reports a good accuracy, but accuracy computed from predict() is near chance."),
    mend=say("Use shuffle=False for predictions."),
    sources=(
        "keras-team/keras#4225",
        "keras-team/keras#11427",
    ),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    for event in events(program, "predict"):
        given = event["made"].args[0] if event["made"].args else None
        if (
            isinstance(given, Loader)
            and given.kind == "keras-generator"
            and given.shuffle is not False
            and ".classes" in program.source.text
        ):
            return [finding(FAULT, given.line, "likely")]
    return []
