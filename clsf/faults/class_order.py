"""Class names in another order."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="class-order",
    title=say("Class names in another order"),
    what=say(
        "Folder readers number the classes in alphabetical order. A list of names written by hand in another order "
        "gives names to the wrong classes."
    ),
    symptom=say("Accuracy is good, but the names shown are wrong, always in the same way."),
    mend=say("Take the names from the data set: class_names, class_to_idx."),
    sources=("keras-team/keras#7543",),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: handwritten class names indexed by predictions, with images read from folders."""
    given = (program.x, program.loader.x if program.loader is not None else None)
    if not any(a is not None and a.source == "folder" for a in given) or "classes=" in program.source.text:
        return []
    for node in program.source.nodes:
        names = _names(node)
        if names and sorted(names) != names and _looked_up(program, node.targets[0].id):
            return [finding(FAULT, node.lineno, "likely")]
    return []


def _names(node: ast.AST) -> list[str]:
    """Return the texts of a list that is assigned to a name, if there are at least two texts and nothing else."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return []
    items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
    texts = [i.value for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str)]
    named = any(word in node.targets[0].id.lower() for word in ("class", "label", "categor", "name"))
    return texts if named and len(texts) == len(items) > 1 else []


def _looked_up(program: Program, name: str) -> bool:
    """Return whether a prediction indexes the list: `names[np.argmax(...)]`, `names[predicted]`."""
    return any(
        isinstance(n, ast.Subscript)
        and isinstance(n.value, ast.Name)
        and n.value.id == name
        and not isinstance(n.slice, ast.Constant)
        for n in program.source.nodes
    )
