"""Shapes don't fit."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding, swap
from clsf.words import say

FAULT = Fault(
    kind="shape",
    title=say("Shapes don't fit"),
    what=say("A layer's input size is wrong, the image is not flattened, or the batch axis is missing."),
    symptom=say("An error that names two sizes at the first batch."),
    mend=say("Compute the sizes layer by layer; print the shape before the layer that fails."),
    sources=("Humbatova et al. 2020, arXiv:1910.11015",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(
        r"shapes cannot be multiplied|size mismatch|expected shape=|incompatible with the layer|must match the size|Dimensions must be equal|cannot be broadcast",
        history.error,
    ):
        return Evidence(0.85, say("Sizes don't fit: {error}", error=history.error[:160]), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        height, width, channels = scene.shape
        return scene.edited(
            (
                f"keras.Input(shape=({height}, {width}, {channels}))",
                f"keras.Input(shape=({height + 4}, {width + 4}, {channels}))",
            )
        )
    return scene.with_pattern(r"nn\.Linear\((\d+)", r"nn.Linear(1\1", 1)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    results = []
    for misfit in program.misfits[:3]:
        if program.framework == "keras" and misfit.line == 0:
            continue
        new = (
            swap(program, misfit.line, rf"\b{misfit.old}\b", str(misfit.new))
            if misfit.old is not None and misfit.new is not None
            else None
        )
        new = new or _new_product(program, misfit)
        results.append(
            finding(
                FAULT,
                misfit.line,
                "certain" if not program.shape_guessed else "likely",
                new,
                sentence=misfit.sentence,
                mend=misfit.mend or None,
            )
        )
    shape = program.output.shape if program.output is not None else None
    if (
        program.keras
        and shape is not None
        and len(shape) > 1
        and not results
        and program.loss is not None
        and program.loss.kind != "other"
    ):
        dense = next(
            (
                t.op
                for t in program.tensors
                if t.op.kind == "Linear" and t.inputs[0].shape is not None and len(t.inputs[0].shape) > 1
            ),
            None,
        )
        if dense is not None and not any(op.kind == "Unknown" for op in program.ops):
            results.append(finding(FAULT, dense.line, "certain", before=_flatten(program, dense.line)))
    for tensor in program.tensors:
        if (
            program.torch
            and tensor.op.kind == "Flat"
            and tensor.op.settings.get("start") == 0
            and tensor.op.made is None
            and program.output is not tensor
            and not any(
                t.op.kind == "Linear" and t.op.settings.get("units") == 1 and tensor.inputs and tensor.inputs[0] is t
                for t in program.tensors
            )
            and any(t.op.kind == "Linear" for t in program.tensors if tensor in t.inputs)
        ):
            results.append(finding(FAULT, tensor.op.line, "certain"))
    results += _against_data(program) if not results else []
    return results


def _flatten(program: Program, line: int) -> str | None:
    text = program.line(line)
    dense, flatten = keras_name("Linear"), keras_name("Flat")
    known = re.match(rf"(\s*)(\w+)\.add\((\w+\.)*{dense}", text)
    if known:
        prefix = re.search(rf"add\(((?:\w+\.)*){dense}", text)[1]
        return f"{known[1]}{known[2]}.add({prefix}{flatten}())"
    known = re.match(rf"(\s*)((?:\w+\.)*){dense}\(", text)
    return f"{known[1]}{known[2]}{flatten}()," if known else None


def _new_product(program: Program, misfit) -> str | None:
    """Return the line with a product like 16 * 5 * 5 replaced by the right number."""
    if misfit.old is None or misfit.new is None:
        return None
    for product in re.findall(r"\d+(?:\s*\*\s*\d+)+", program.line(misfit.line)):
        value = 1
        for part in re.findall(r"\d+", product)[:6]:
            value *= int(part[:6])
        if value == misfit.old:
            return program.line(misfit.line).replace(product, str(misfit.new), 1)
    return None


def _against_data(program: Program) -> list[Finding]:
    """Return an input shape that differs from the data's."""
    x, net = program.x, program.net
    if (
        not program.keras
        or x is None
        or net is None
        or net.input_shape is None
        or x.shape is None
        or (program.loader is not None and program.loader.kind != "tf")
    ):
        return []
    given, got = net.input_shape, tuple(x.shape[1:])
    if not got or None in got or None in given or given == got:
        return []
    if (len(given) == len(got) + 1 and given[-1] == 1 and given[:-1] == got) or (
        len(got) == len(given) + 1 and got[-1] == 1 and got[:-1] == given
    ):
        return []
    if len(given) == len(got) == 3 and (given[2], *given[:2]) == got:
        return []
    return [finding(FAULT, net.extra.get("input_line", net.line), "certain")]
