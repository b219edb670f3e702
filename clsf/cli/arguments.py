"""Arguments that several commands share, and the values built from them: a data set's name, a model, a plan.

The plan and the model check the values themselves, so that error messages are the same everywhere.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from clsf.data import catalogue
from clsf.data.imports import Imported, import_folder, import_zip
from clsf.data.layout import LABELS, LayoutChoices
from clsf.data.roles import QUESTION_CLASS, QUESTION_PARTS, ROLES
from clsf.errors import DataError, SpecError
from clsf.frameworks import USUAL, VARIANTS
from clsf.model.presets import NAMES, preset
from clsf.model.pretrained import SOURCES
from clsf.model.spec import MAX_JSON, ModelSpec
from clsf.optimizers import DEFAULT
from clsf.plan import LEARNING_RATES, OPTIMIZERS, RULES, SCALES, STARTS, Plan, Preparation

_ARGUMENTS: dict[str, dict] = {
    "data": {
        "required": True, "metavar": "NAME|FOLDER|ZIP",
        "help": f"one of {', '.join(catalogue.NAMES)}, a folder train/<class>/*.png, or a zip of one",
    },
    "model": {
        "required": True, "metavar": "PRESET|FILE.json", "help": f"one of {', '.join(NAMES)}, or a model saved as JSON",
    },
    "variant": {
        "default": USUAL["tensorflow"], "metavar": "NAME", "help": f"how TensorFlow trains: {', '.join(VARIANTS['tensorflow'])}"
    },
    "epochs": {"type": int, "default": 5, "metavar": "N"},
    "batch-size": {"type": int, "default": 32, "metavar": "N"},
    "optimizer": {"default": DEFAULT, "metavar": "NAME", "help": ", ".join(OPTIMIZERS)},
    "learning-rate": {"type": float, "metavar": "X", "help": "default: by optimizer, from 0.001 to 1"},
    "train-limit": {"type": int, "metavar": "N", "help": "train on at most N images"},
    "image-size": {"type": int, "metavar": "N", "help": "resize images to N by N pixels"},
    "scale": {"metavar": "NAME", "help": f"{', '.join(SCALES)}; default {SCALES[0]}, or what pretrained weights expect"},
    "seed": {"type": int, "default": 0, "metavar": "N"},
    "rules": {"default": "aligned", "metavar": "NAME", "help": ", ".join(RULES)},
    "start": {"default": "glorot", "metavar": "NAME", "help": f"initial weights: {', '.join(STARTS)}"},
    "dtype": {"default": "float32", "metavar": "NAME", "help": "float32 or float64"},
    "device": {"default": "auto", "metavar": "NAME", "help": "auto: a GPU where there is one; cpu"},
    "l2": {"type": float, "default": 0.0, "metavar": "X", "help": "weight decay; default 0"},
}  # fmt: skip


def add(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add shared arguments by their names, in this order."""
    for name in names:
        parser.add_argument(f"--{name}", **_ARGUMENTS[name])
        if name == "data":
            add_choices(parser)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say how a folder or zip archive of own images is read."""
    group = parser.add_argument_group("own images")
    group.add_argument(
        "--role", action="append", metavar="FOLDER=ROLE", help=f"what a folder at the top is for: {', '.join(ROLES)}"
    )
    group.add_argument("--labels", metavar="NAME", help=f"what tells the classes: {', '.join(LABELS)}")
    group.add_argument("--encoding", metavar="NAME", help="of the names in a zip archive, such as cp949")


def choices(options: argparse.Namespace) -> LayoutChoices:
    """Return the values of the options of `add_choices`."""
    roles = {}
    for text in getattr(options, "role", None) or ():
        folder, given, role = text.rpartition("=")
        if not given or not folder:
            raise DataError("--role is '{value}', but must be FOLDER=ROLE, such as val=train.", value=text)
        roles[folder] = role
    return LayoutChoices(roles, getattr(options, "labels", None), getattr(options, "encoding", None))


def imported(text: str, options: argparse.Namespace) -> tuple[str, Imported | None]:
    """Return the name of the data set and, for a folder or zip file, the result of the import, which is done first.

    What was read, and what was left out with the reason, is printed to stderr.
    """
    path = Path(text)
    if text in catalogue.NAMES or not (path.exists() or "/" in text or text.endswith(".zip")):
        return catalogue.info(text).name, None
    if not path.exists():
        raise DataError("There is no folder or zip file '{path}'; check the path.", path=text)
    try:
        dataset = (import_folder if path.is_dir() else import_zip)(path, choices=choices(options))
    except DataError as error:
        if error.sentence.template == QUESTION_PARTS or error.sentence.template == QUESTION_CLASS:
            raise DataError("{question} Use --role FOLDER=ROLE, once per folder.", question=error.sentence) from None
        raise
    info = dataset.info
    print(
        f"clsf: read {len(info.classes)} classes ({', '.join(info.classes[:8])}{', …' if len(info.classes) > 8 else ''}): {info.train} training, "
        f"{info.validation} validation and {info.test} test images",
        file=sys.stderr,
    )
    if info.validation:
        print(
            "clsf: the validation images are the data's own; none are drawn from the training images, the share for validation is not used",
            file=sys.stderr,
        )
    for name, why in dataset.skipped:
        print(f"clsf: skipped {name}: {why}", file=sys.stderr)
    for file, same in dataset.copies:
        print(f"clsf: {file} is a copy of the training image {same}", file=sys.stderr)
    return dataset.name, dataset


def data_name(text: str, options: argparse.Namespace) -> str:
    """Return the name of the data set; see `imported`."""
    return imported(text, options)[0]


def model_spec(text: str, classes: int) -> ModelSpec:
    """Return the preset of that name, ending in `classes`, or the model in a JSON file."""
    path = Path(text)
    if text in NAMES or path.suffix != ".json":
        return preset(text, classes)
    try:
        with path.open(encoding="utf-8") as file:
            return ModelSpec.from_text(file.read(MAX_JSON + 1))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError("The model file '{path}' can't be read: {reason}.", path=text, reason=str(error)) from None


def preparation(options: argparse.Namespace) -> Preparation:
    """Return how images are prepared: by default as for the training of the chosen pretrained network."""
    given = vars(options)
    source = SOURCES.get(given.get("model")) if given.get("weights") else None
    size, scale = given.get("image_size"), given.get("scale")
    if source is None:
        return Preparation(image_size=size, scale=scale or SCALES[0])
    return Preparation(image_size=size, colour=source.colour, scale=scale or source.scale)


def plan(options: argparse.Namespace, data: str, **changes: object) -> Plan:
    """Return the plan that the options ask for; arguments that the command does not have keep the plan's default."""
    given = vars(options)
    names = ("train_limit", "epochs", "batch_size", "optimizer", "rules", "start", "dtype", "seed", "device", "l2")
    values = {name: given[name] for name in names if name in given}
    if "variant" in given:
        values["variants"] = {"tensorflow": given["variant"]}
    rate = given.get("learning_rate")
    return Plan(
        data=data,
        preparation=preparation(options),
        learning_rate=LEARNING_RATES.get(given.get("optimizer"), 0.001) if rate is None else rate,
        **{**values, **changes},
    )
