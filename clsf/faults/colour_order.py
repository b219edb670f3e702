"""Red and blue swapped."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding, indent
from clsf.words import say

FAULT = Fault(
    kind="colour-order",
    title=say("Red and blue swapped"),
    what=say("OpenCV reads blue, green, red. A model trained on red, green, blue then sees other colours."),
    symptom=say(
        "A few points lower where colour matters, most with pretrained weights or when only the test images are swapped."
    ),
    mend=say("Convert with cv2.cvtColor(image, cv2.COLOR_BGR2RGB)."),
    sources=(
        "ultralytics/ultralytics#20775",
        "qubvel/classification_models#4",
    ),
    level=4,
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: images read by OpenCV for a model that was trained on others."""
    text, x = program.source.text, program.x
    if (
        "cv2.imread" not in text
        or "BGR2RGB" in text
        or "IMREAD_GRAYSCALE" in text
        or "[..., ::-1]" in text
        or "[:, :, ::-1]" in text
    ):
        return []
    shape = program.input_shape
    if x is None or x.source not in ("folder", "cifar10", "cifar100", "imagenet") or shape is None or shape[-1] != 3:
        return []
    for node in program.source.nodes:
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "cv2.imread"
            and not any(ast.unparse(a) == "0" for a in node.args[1:])
        ):
            return [finding(FAULT, node.lineno, "likely", after=_converted(program, node.lineno))]
    return []


def _converted(program: Program, line: int) -> str | None:
    known = re.match(r"\s*(\w+) = cv2\.imread\([^()]*\)\s*$", program.line(line))
    return f"{indent(program, line)}{known[1]} = cv2.cvtColor({known[1]}, cv2.COLOR_BGR2RGB)" if known else None
