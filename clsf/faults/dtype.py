"""Numbers of the wrong type."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.arrays import KNOWN as SETS
from clsf.reader.looks import Array, Program, events, finding, indent, model_name, swap
from clsf.words import say

FAULT = Fault(
    kind="dtype",
    title=say("Numbers of the wrong type"),
    what=say("Images as float64 or uint8, labels as int32 or float. Layers and losses take only some of these."),
    symptom=say("An error that names two types at the first batch. Keras converts most of them by itself."),
    mend=say("Images as float32; labels as int64 in PyTorch."),
    sources=("pytorch/pytorch#15436",),
    level=1,
    not_in={"tensorflow": say("Keras converts what it gets to the type of its layers and losses.")},
)


_WIDE = re.compile(
    r"(?i:net|model)\w*(?:\([^()]*\))?\.double\(\)|set_default_dtype|(?:net|model)\w*\.to\([^)]*(?:float64|double)|def __init__[^:]*float64"
)
"""A model whose weights are of 64 bits as well."""


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(
        r"expected scalar type|same dtype|expected .* but (found|got) (Float|Double|Byte|Long|Half)|Input type .* and (bias|weight) type",
        history.error,
    ):
        return Evidence(0.93, say("Two types of numbers meet: {error}", error=history.error[:120]), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return None if scene.keras else scene.edited(("to(device, torch.float32)", "to(device, torch.float64)"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    for e in events(program, "accumulate"):
        before = e["before"]
        if (
            isinstance(before, Array)
            and before.dtype == "uint8"
            and before.role == "x"
            and before.source in SETS
            and "/=" in program.line(e.line)
        ):
            name = e["name"]
            results.append(
                finding(FAULT, e.line, "certain", f'{indent(program, e.line)}{name} = {name}.astype("float32") / 255')
            )
    loss, y = program.loss, program.y
    if program.torch and loss is not None and y is not None:
        if (
            loss.kind in ("cross-entropy", "nll")
            and y.dtype in ("float32", "float", "double", "float64")
            and not y.one_hot
            and (y.did("float", "astype", "tensor"))
        ):
            results.append(finding(FAULT, y.did("float", "astype", "tensor") or loss.use, "certain"))
        if loss.kind == "binary" and y.dtype in ("int64", "long") and (y.source in SETS or y.did("tensor", "long")):
            results.append(finding(FAULT, loss.use, "certain"))
    return (results or _double(program))[:2]


def _double(program: Program) -> list[Finding]:
    """Return where a model of PyTorch, whose weights are of 32 bits, is given images of 64."""
    if not program.torch or _WIDE.search(program.source.text) or f"{model_name(program, 0)}.double()" in program.source.text:
        return []
    for e in events(program, "forward"):
        given = e["given"]
        if e["net"] is program.net and isinstance(given, Array) and given.dtype in ("float64", "double"):
            line = next((n for what, n in reversed(given.steps) if what in ("astype", "double")), e.line)
            new = swap(program, line, r"torch\.(?:float64|double)\b", "torch.float32") or swap(
                program, line, r"\.double\(\)", ".float()"
            )
            return [finding(FAULT, line, "certain", new)]
    return []
