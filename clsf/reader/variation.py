"""How a program varies its training images, as our `Augmentation`: layers, transforms, generators, and functions written by hand."""

from __future__ import annotations

from clsf.plan import Augmentation
from clsf.reader import folding
from clsf.reader.habits import varied
from clsf.reader.program import Program
from clsf.reader.values import UNKNOWN, Made
from clsf.words import Sentence, say

_OTHERS = {
    "RandomZoom", "RandomContrast", "RandomHeight", "RandomWidth", "RandomVerticalFlip", "RandomResizedCrop", "RandomPerspective", "RandomInvert", "RandomPosterize",
    "RandomSolarize", "RandomGrayscale", "GaussianBlur", "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "ElasticTransform", "RandomAdjustSharpness",
    "RandomAutocontrast", "RandomEqualize", "RandomErasing", "RandomApply", "MixUp", "CutMix", "random_contrast", "random_hue", "random_saturation", "random_flip_up_down",
}  # fmt: skip
_GENERATOR = ("zoom_range", "shear_range", "vertical_flip", "channel_shift_range")


def augmentation(program: Program) -> tuple[Augmentation, tuple[int, Sentence] | None]:
    """Return how images are varied, and which of a program's ways are left out because ours has none like them."""
    values = varied(program)
    others: list[str] = []
    side = program.input_shape[0] if program.input_shape is not None else 0
    made = _steps(program)
    for step in made:
        _add(step, values, side)
        if step.name in _OTHERS:
            others.append(step.name)
    generator = next((m for m in made if m.path == "keras.ImageDataGenerator"), None)
    if generator is not None:
        _generator(generator, values, side)
        others += [name for name in _GENERATOR if generator.get(name) not in (None, False, 0, UNKNOWN)]
    note = None
    if others:
        names = ", ".join(dict.fromkeys(others))
        note = (made[0].line, say("These augmentations cannot be set here and are left out: {names}.", names=names))
    return Augmentation(**values), note


def _steps(program: Program) -> list[Made]:
    """Return every call that varies images: in the model, in front of it, in a transform, in a function that is mapped."""
    machine = program.machine
    steps = [op.made for op in program.ops if op.kind == "Augment" and isinstance(op.made, Made)]
    for net in machine.nets:
        if net is not program.net:
            steps += [m for m in net.items if isinstance(m, Made) and machine.op_for(m).kind == "Augment"]
    steps += [e["made"] for e in program.events if e.kind == "varied"]
    base = program.loader.made if program.loader is not None else None
    while isinstance(base, Made) and base.path == "subset" and base.args:
        base = base.args[0]
    if isinstance(base, Made):
        steps += [s for s in machine.transforms(base.get("transform", 3)) if isinstance(s, Made)]
        if base.path == "keras.ImageDataGenerator":
            steps.append(base)
    return list(dict.fromkeys(steps))


def _add(made: Made, values: dict, side: int) -> None:
    torch = made.path.startswith("torch")
    match made.name:
        case "RandomHorizontalFlip" | "random_flip_left_right":
            values["flip"] = True
        case "RandomFlip" if made.get("mode", 0, "horizontal") != "vertical":
            values["flip"] = True
        case "RandomRotation":
            degrees = made.get("degrees", 0, made.get("factor", 0))
            degrees = degrees[-1] if isinstance(degrees, list | tuple) and degrees else degrees
            if folding.number(degrees) and degrees > 0:
                values["rotation"] = min(round(float(degrees if torch else degrees * 360), 6), 180.0)
        case "RandomAffine":
            degrees, shift = made.get("degrees", 0), made.get("translate", 1)
            if folding.number(degrees) and 0 < degrees <= 180:
                values["rotation"] = float(degrees)
            if isinstance(shift, list | tuple) and shift and folding.number(shift[0]):
                _shift(values, shift[0] * side)
        case "RandomCrop":
            padding = made.get("padding", 1)
            if isinstance(padding, int):
                _shift(values, padding)
        case "RandomTranslation":
            share = made.get("height_factor", 0)
            if folding.number(share) and 0 < share < 1:
                _shift(values, share * side)
        case "ColorJitter" | "RandomBrightness":
            share = made.get("brightness", 0) if made.name == "ColorJitter" else made.get("factor", 0)
            if folding.number(share) and 0 < share <= 1:
                values["brightness"] = float(share)


def _generator(made: Made, values: dict, side: int) -> None:
    if made.get("horizontal_flip") is True:
        values["flip"] = True
    turn, shift, light = made.get("rotation_range"), made.get("width_shift_range", None, 0), made.get("brightness_range")
    if folding.number(turn) and 0 < turn <= 180:
        values["rotation"] = float(turn)
    if folding.number(shift) and shift > 0:
        _shift(values, shift * side if shift < 1 else shift)
    if isinstance(light, list | tuple) and len(light) == 2 and all(map(folding.number, light)) and 0 < light[1] - 1 <= 1:
        values["brightness"] = round(light[1] - 1, 6)


def _shift(values: dict, pixels: float) -> None:
    if round(pixels) >= 1:
        values["shift"] = min(round(pixels), 128)
