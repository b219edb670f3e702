"""padding="same" isn't the same."""

from __future__ import annotations

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding, swap
from clsf.reader.program import read
from clsf.words import say

FAULT = Fault(
    kind="padding-same",
    title=say('padding="same" isn\'t the same'),
    what=say(
        'With strides, Keras pads more on one side and PyTorch refuses "same". Written by hand with equal padding, '
        "the output is shifted by one pixel or has another size."
    ),
    symptom=say("The two frameworks differ by a little, or the sizes differ by one."),
    mend=say("Compute the padding for the stride, or pad by hand on one side."),
    sources=("torch/nn/modules/conv.py: Conv2d",),
    level=1,
    not_in={"tensorflow": say("Keras pads strided convolutions by itself.")},
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if "padding='same' is not supported for strided" in history.error:
        return Evidence(0.97, say("PyTorch refuses padding='same' with strides."), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    return (
        None
        if scene.keras
        else scene.with_pattern(r'kernel_size=3, padding="same"', 'kernel_size=3, stride=2, padding="same"', 1)
    )


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    if not program.torch:
        return []
    found_ones = []
    for op in program.ops:
        strides, sides = (_pair(op.settings.get(name)) for name in ("strides", "kernel"))
        if op.kind != "Convolution" or op.settings.get("padding") != "same" or strides in (None, (1, 1)):
            continue
        new = None
        if sides is not None and sides[0] % 2 and sides[1] % 2:  # Keras pads (side - stride) pixels, the larger half behind
            halves = str(sides[0] // 2) if sides[0] == sides[1] else f"({sides[0] // 2}, {sides[1] // 2})"
            padded = swap(program, op.line, r"padding\s*=\s*([\"'])same\1", f"padding={halves}")
            whole = swap(program, op.line, r"\s*strides?\s*=\s*(?:\d+|\([^()]*\)),?", "")
            new = padded if whole is None or _fits(program, op.line, padded) or not _fits(program, op.line, whole) else whole
        found_ones.append(finding(FAULT, op.line, "certain", new))
    return found_ones


def _fits(program: Program, line: int, new: str | None) -> bool:
    """Return whether the later layers still get the shapes they were made for, with this line in place of the program's."""
    if new is None:
        return False
    lines = program.source.lines
    return not read("\n".join([*lines[: line - 1], new, *lines[line:]])).machine.misfits


def _pair(value: object) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    return (
        tuple(value) if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(v, int) for v in value) else None
    )
