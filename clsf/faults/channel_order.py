"""Channels at the wrong axis."""

from __future__ import annotations

import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.planting import PREPARED
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="channel-order",
    title=say("Channels at the wrong axis"),
    what=say(
        "Keras expects height, width, channels; PyTorch expects channels, height, width. In the wrong order a "
        "convolution takes rows for channels."
    ),
    symptom=say("An error about the number of channels; if the sizes happen to fit, a model that learns badly."),
    mend=say("Transpose with permute(0, 3, 1, 2), or to channels last for Keras."),
    sources=("pytorch/vision#48",),
    level=1,
)


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(r"expected input\[.*\] to have \d+ channels", history.error):
        return Evidence(
            0.95, say("The first layer gets another number of channels: {error}", error=history.error[:160]), "shapes"
        )
    axis = re.search(
        r"expected axis -1 of input shape to have value (\d+), but received input with shape \(([^)]*)\)", history.error
    )
    if axis and axis[1] in re.findall(r"\d+", axis[2])[1:2]:
        return Evidence(0.95, say("The axes of the images are in another order: {error}", error=history.error[:160]), "shapes")
    shapes = re.search(r"expected shape=\(([^)]*)\), found shape=\(([^)]*)\)", history.error)
    if shapes and sorted(re.findall(r"\d+", shapes[1])) == sorted(
        re.findall(r"\d+", shapes[2])[-len(re.findall(r"\d+", shapes[1])) :]
    ):
        return Evidence(0.95, say("The axes of the images are in another order: {error}", error=history.error[:160]), "shapes")
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.edited((PREPARED, "    return tf.transpose(images, [0, 3, 1, 2]) / 255\n"))
    return scene.with_pattern(r"^    images = images\.permute\(0, 3, 1, 2\).*\n", "")


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    x, shape = program.x, program.native_shape
    fed = program.loader.x if program.loader is not None else x
    got = fed.shape[-3:] if program.keras and fed is not None and fed.shape and fed.did("permute") else ()
    if len(got) == 3 and shape and len(shape) == 3 and shape != got and (shape[2], *shape[:2]) == got:
        return [finding(FAULT, fed.did("permute"), "certain")]  # turned on the way to a model that takes them as they were
    if shape is None or len(shape) != 3 or None in shape or program.shape_guessed:
        return []
    conv = any(op.kind in ("Convolution", "Separable", "MaxPool") for op in program.ops)
    first = (
        any(
            op.made is not None and op.made.kwargs.get("data_format") == "channels_first"
            for op in program.ops
            if op.kind in ("Convolution", "MaxPool")
        )
        or program.machine.data_format == "channels_first"
        or "'th'" in program.source.text
        or '"th"' in program.source.text
        or "channels_first" in program.source.text
    )
    if program.keras and conv and not first and shape[0] in (1, 3) and shape[1] > 4 and shape[2] > 4:
        line = x.did("reshape", "new-axis", "permute") if x is not None else 0
        return [finding(FAULT, line or program.net.extra.get("input_line", program.net.line), "certain")]
    if program.torch and conv and shape[2] in (1, 3) and shape[0] > 4 and shape[1] > 4:
        line = x.did("reshape", "new-axis", "permute", "unsqueeze") if x is not None else 0
        return [finding(FAULT, line or program.net.line, "certain")]
    return []
