"""A Keras or PyTorch program, read from its source and never run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clsf.errors import DataError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.reader.answer import to_json
from clsf.reader.explain import no_model
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.reader.program import read as read_program
from clsf.reader.text import MAX_BYTES, ReadError
from clsf.reader.translate import translated

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a program."""

    program: Program

    @property
    def model(self) -> ModelSpec:
        """Its model, which `Session.train` takes."""
        return self.program.spec

    @property
    def plan(self) -> Plan:
        """How it trains; fields that the program does not set have our defaults."""
        return plan_of(self.program)[0]

    def faults(self) -> pd.DataFrame:
        """Return a row per fault: line (from 1), kind, certainty, sentence, and mend, what to do about it."""
        import pandas as pd

        columns = ["line", "kind", "certainty", "sentence", "mend"]
        return pd.DataFrame(to_json(self.program)["faults"], columns=columns)

    def code(self, framework: Literal["keras", "torch"]) -> str:
        """Return the same program, cleaned, in one of the frameworks. Raises ClsfError if that framework can't express it."""
        return translated(self.program, framework)


def read(file: str | Path) -> Reading:
    """Read a .py or .ipynb file. Raises DataError if the file can't be read, ReadError if it holds no model."""
    path = Path(file)
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(
            "The file '{path}' can't be read: {reason}.", path=str(file)[:200], reason=error.strerror or str(error)
        ) from None
    program = read_program(content, path.name)
    if program.spec is None:
        raise ReadError(no_model(program))
    return Reading(program)
