"""The report about a program: as one JSON object, and as lines of text."""

from __future__ import annotations

from clsf.errors import ClsfError
from clsf.faults.finding import Finding
from clsf.reader.findings import faults
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.words import Sentence

FRAMEWORKS = {"keras": "keras", "torch": "torch", "": None}


def parameters(program: Program) -> int | None:
    """Return how many parameters the model has, or None where its layers don't fit or the input is not known."""
    if program.spec is None or program.input_shape is None:
        return None
    try:
        return program.spec.analyse(program.input_shape).parameters
    except ClsfError:
        return None


def mend_text(program: Program, finding: Finding) -> str:
    """Return the fix as one text: the changed line if there is one."""
    for line in (finding.new, finding.before, finding.after):
        if line:
            return line.strip()
    return str(finding.mend)


def to_json(program: Program, speak=str) -> dict:
    """Return the object that `python -m clsf read --json` prints."""
    plan, assumed = plan_of(program)
    return {
        "framework": FRAMEWORKS.get(program.framework),
        "model": program.spec.to_json() if program.spec is not None else None,
        "input_shape": list(program.input_shape) if program.input_shape is not None else None,
        "parameters": parameters(program),
        "plan": plan.to_json(),
        "assumed": [speak(what) for _, what in [*program.assumed, *assumed]],
        "not_understood": [{"line": line, "what": speak(what)} for line, what in program.not_understood],
        "faults": [
            {
                "kind": f.kind,
                "line": f.line,
                "certainty": f.certainty,
                "sentence": speak(f.sentence),
                "mend": mend_text(program, f)
                if not isinstance(f.mend, Sentence) or f.new or f.before or f.after
                else speak(f.mend),
            }
            for f in faults(program)
        ],
    }
