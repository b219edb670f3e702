"""Arguments that several commands share, and what is made of them: a data set's name, a model, a plan.

Values are checked by the plan and the model themselves, so that the sentences are the same everywhere.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from clsf.data import catalogue
from clsf.data.imports import import_folder, import_zip
from clsf.errors import DataError, SpecError
from clsf.model.presets import NAMES, preset
from clsf.model.spec import MAX_JSON, ModelSpec
from clsf.plan import LEARNING_RATES, OPTIMIZERS, RULES, SCALES, STARTS, TENSORFLOW_VARIANTS, Plan, Preparation

_ARGUMENTS: dict[str, dict] = {
    "data": {
        "required": True, "metavar": "NAME|FOLDER|ZIP",
        "help": f"one of {', '.join(catalogue.NAMES)}, a folder train/<class>/*.png, or a zip of one",
    },
    "model": {
        "required": True, "metavar": "PRESET|FILE.json", "help": f"one of {', '.join(NAMES)}, or a model saved as JSON",
    },
    "variant": {"default": "graph", "metavar": "NAME", "help": f"how TensorFlow trains: {', '.join(TENSORFLOW_VARIANTS)}"},
    "epochs": {"type": int, "default": 5, "metavar": "N"},
    "batch-size": {"type": int, "default": 32, "metavar": "N"},
    "optimizer": {"default": "rmsprop", "metavar": "NAME", "help": ", ".join(OPTIMIZERS)},
    "learning-rate": {"type": float, "metavar": "X", "help": "default: by optimizer, from 0.001 to 1"},
    "train-limit": {"type": int, "metavar": "N", "help": "train on at most N images"},
    "image-size": {"type": int, "metavar": "N", "help": "resize images to N by N pixels"},
    "scale": {"default": "zero-one", "metavar": "NAME", "help": ", ".join(SCALES)},
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


def data_name(text: str) -> str:
    """Return the name of the data set, having imported a folder or zip file first; what was skipped is said on stderr."""
    path = Path(text)
    if text in catalogue.NAMES or not (path.exists() or "/" in text or text.endswith(".zip")):
        return catalogue.info(text).name
    if not path.exists():
        raise DataError("There is no folder or zip file '{path}'; check the path.", path=text)
    imported = (import_folder if path.is_dir() else import_zip)(path)
    for name, why in imported.skipped:
        print(f"clsf: skipped {name}: {why}", file=sys.stderr)
    return imported.name


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


def plan(options: argparse.Namespace, data: str, **changes: object) -> Plan:
    """Return the plan that the options ask for; arguments that the command does not have keep the plan's default."""
    given = vars(options)
    names = ("train_limit", "epochs", "batch_size", "optimizer", "rules", "start", "dtype", "seed", "device", "l2")
    values = {name: given[name] for name in names if name in given}
    if "variant" in given:
        values["tensorflow_variant"] = given["variant"]
    rate = given.get("learning_rate")
    return Plan(
        data=data,
        preparation=Preparation(image_size=given.get("image_size"), scale=given.get("scale", "zero-one")),
        learning_rate=LEARNING_RATES.get(given.get("optimizer"), 0.001) if rate is None else rate,
        **{**values, **changes},
    )
