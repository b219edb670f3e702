"""The program, cleaned, in one framework or the other, written by `clsf.code`."""

from __future__ import annotations

from clsf.code import model_code, script
from clsf.data import catalogue
from clsf.data.resize import prepared_shape
from clsf.errors import ClsfError
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.reader.text import ReadError

STYLES = {"keras": "keras-functional", "torch": "torch-module"}
NAMES = {"keras": "tensorflow", "torch": "torch"}


def translated(program: Program, framework: str) -> str:
    """Return source in "keras" or "torch": a whole script where the data set is one of ours, else the model alone.

    Raises ReadError if the model's layers don't fit each other: there is nothing to write then.
    """
    if program.spec is None or program.input_shape is None:
        raise ReadError("The model's input is not known, so it can't be written in the other framework.")
    plan, _ = plan_of(program)
    try:
        if prepared_shape(catalogue.info(plan.data), plan.preparation) == program.input_shape:
            return script(program.spec, plan, NAMES[framework])
    except ClsfError:
        pass
    try:
        return model_code(program.spec, program.input_shape, program.classes or 10, STYLES[framework]).text
    except ClsfError as error:
        raise ReadError("The model can't be written out: {reason}", reason=error.sentence) from None
