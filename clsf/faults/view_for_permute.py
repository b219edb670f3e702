"""Axes reshaped where they should be transposed."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="view-for-permute",
    title=say("Axes reshaped where they should be transposed"),
    what=say(
        "view and reshape keep the order in memory, so pixels of several rows and channels are mixed. permute moves axes."
    ),
    symptom=say("It trains, but worse than it should: images look scrambled. Convolutions gain nothing over a dense layer."),
    mend=say("Use permute or transpose to move axes."),
    sources=(
        "jeya-maria-jose/TransWeather#2",
        "pytorch/vision#48",
    ),
    level=3,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if facts.roughness is not None and facts.roughness > 1.35:
        return Evidence(
            0.92,
            say(
                "Neighbouring pixels differ {factor} times as much in what the model receives as in the images.",
                factor=f"{facts.roughness:.1f}",
            ),
            "pixels",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.shape[-1] == 1:
        return None
    height, width, channels = scene.shape
    if scene.keras:
        text = f"    return tf.reshape(tf.transpose(images, [0, 3, 1, 2]), [-1, {height}, {width}, {channels}]) / 255\n"
        return scene.edited((PREPARED, text))
    return scene.with_pattern(r"images\.permute\(0, 3, 1, 2\)", f"images.view(-1, {channels}, {height}, {width})")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = _back_again(program)
    for a in (program.x,):
        for item in a.extra if a is not None else ():
            if item and item[0] == "reshape" and item[2] and item[3] and len(item[2]) == 4 and len(item[3]) == 4:
                before, after = item[2][1:], item[3][1:]
                if (
                    None not in (*before, *after)
                    and before[-1] in (3, 4)
                    and after[0] == before[-1]
                    and after[1:] == before[:2]
                ) or (
                    None not in (*before, *after) and before[0] in (3, 4) and after[-1] == before[0] and after[:2] == before[1:]
                ):
                    results.append(finding(FAULT, item[1], "certain"))
    return results


def _back_again(program: Program) -> list[Finding]:
    """Return a reshape right after a transpose that moves the channels back in shape only."""
    for node in program.source.nodes:
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("reshape", "view")):
            continue
        inner = node.func.value if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call) else None
        inner = inner if inner is not None else next((a for a in node.args[:1] if isinstance(a, ast.Call)), None)
        if inner is None or ast.unparse(inner.func).rpartition(".")[2] not in ("transpose", "permute"):
            continue
        turned, sizes = _numbers(inner), _numbers(node)
        if (turned[-4:] == [0, 3, 1, 2] and len(sizes) >= 3 and sizes[-1] in (1, 3, 4) and sizes[-2] > 4) or (
            turned[-4:] == [0, 2, 3, 1] and len(sizes) >= 3 and sizes[-3] in (1, 3, 4) and sizes[-1] > 4
        ):
            return [finding(FAULT, node.lineno, "certain")]
    return []


def _numbers(call: ast.Call) -> list[int]:
    """Return the whole numbers among the arguments of a call, those in a list or a tuple too."""
    parts = [part for arg in call.args for part in (arg.elts if isinstance(arg, ast.List | ast.Tuple) else [arg])]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, int)]
